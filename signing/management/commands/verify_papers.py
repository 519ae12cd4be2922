"""Verify the chain of signed papers of every committee: texts, signatures and links must agree."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from branches.models import Organisation
from signing.models import Paper
from signing.verify import verify_committee


class Command(BaseCommand):
    help = "核验所有签署的文件：重算每一环的摘要，与文本和签名对照"

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        roots = Paper.objects.order_by("root_id").values_list("root_id", flat=True).distinct()
        names = dict(Organisation.objects.filter(pk__in=list(roots)).values_list("pk", "short_name"))
        for root_id in roots:
            proof = verify_committee(root_id)
            broken += not proof.is_sound
            where = f"《{proof.paper.title}》第{proof.paper.revision}版：" if proof.paper else ""
            words = "一致" if proof.is_sound else f"不一致：{where}{proof.fault}"
            self.stdout.write(f"{names[root_id]}：{proof.papers}份文件、{proof.links}环，{words}")
        if broken:
            raise CommandError(f"{broken}个党组织的签署链核验不一致。请保留现场，并与审计记录对照。")
