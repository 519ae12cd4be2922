from django.db import migrations

# The rows of a published scheme are refused to every statement, whoever sends it. SQLite rebuilds tables when they
# change and stumbles over triggers that name them; there the guard of the models stands alone (docs/adr).
OWN = ("category", "item", "rule", "extraitem", "vetoitem", "gradeline", "memberclass", "creditkind")
BELOW_RULE = ("ruleevent", "ruletier")

FUNCTIONS = """
CREATE FUNCTION assessment_refuse_published(which bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM assessment_scheme s WHERE s.id = which AND s.status <> 'draft') THEN
        RAISE EXCEPTION 'scheme % is published: its rows cannot change', which USING ERRCODE = 'check_violation';
    END IF;
END $$;

CREATE FUNCTION assessment_guard_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN PERFORM assessment_refuse_published(OLD.scheme_id); END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    PERFORM assessment_refuse_published(NEW.scheme_id);
    RETURN NEW;
END $$;

CREATE FUNCTION assessment_guard_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM assessment_refuse_published((SELECT r.scheme_id FROM assessment_rule r WHERE r.id = OLD.rule_id));
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    PERFORM assessment_refuse_published((SELECT r.scheme_id FROM assessment_rule r WHERE r.id = NEW.rule_id));
    RETURN NEW;
END $$;

CREATE FUNCTION assessment_guard_scheme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'draft' THEN
        IF TG_OP = 'DELETE' OR NEW.status = 'draft'
           OR to_jsonb(NEW) - ARRAY['status', 'token', 'based_on_id']
           <> to_jsonb(OLD) - ARRAY['status', 'token', 'based_on_id'] THEN
            RAISE EXCEPTION 'scheme % is published: it cannot change', OLD.id USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
"""


def install(apps, editor):
    if editor.connection.vendor != "postgresql":
        return
    editor.execute(FUNCTIONS, params=None)
    for tables, function in ((OWN, "part"), (BELOW_RULE, "line")):
        for table in tables:
            editor.execute(
                f"CREATE TRIGGER {table}_guard BEFORE INSERT OR UPDATE OR DELETE ON assessment_{table} "
                f"FOR EACH ROW EXECUTE FUNCTION assessment_guard_{function}()"
            )
    editor.execute(
        "CREATE TRIGGER scheme_guard BEFORE UPDATE OR DELETE ON assessment_scheme "
        "FOR EACH ROW EXECUTE FUNCTION assessment_guard_scheme()"
    )


def remove(apps, editor):
    if editor.connection.vendor != "postgresql":
        return
    for table in (*OWN, *BELOW_RULE, "scheme"):
        editor.execute(f"DROP TRIGGER IF EXISTS {table}_guard ON assessment_{table}")
    for name in ("guard_scheme()", "guard_line()", "guard_part()", "refuse_published(bigint)"):
        editor.execute(f"DROP FUNCTION IF EXISTS assessment_{name}")


class Migration(migrations.Migration):
    dependencies = [("assessment", "0004_scheme_drafts")]
    operations = [migrations.RunPython(install, remove)]
