"""Load the types of record and the duties from defaults/ (loaded again by the demo when they change)."""

from django.db import migrations

from activities.services.calendar import load_calendar


def load(apps, schema_editor):
    load_calendar(
        type_model=apps.get_model("activities", "ActivityType"), duty_model=apps.get_model("activities", "Duty")
    )


class Migration(migrations.Migration):
    dependencies = [("activities", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
