"""What differs from the release before, and what the sources revised, in sentences."""

from publish.report.wording import Words


class ChangeFindings:
    """Sentences in one language about figures and verdicts that were others once."""

    w: Words

    def changed(self, figures: int, verdicts: int) -> str:
        """How much differs from the last release."""
        w = self.w
        if not figures and not verdicts:
            return w("Nothing differs from the last release")
        return w(
            "What differs from the last release: %(figures)s and %(verdicts)s",
            figures=w.many("%(n)s figure", "%(n)s figures", figures),
            verdicts=w.many("%(n)s verdict", "%(n)s verdicts", verdicts),
        )

    def revision(self, row: dict) -> str:
        """What a source made of a figure."""
        return self.change(
            {
                **row,
                "old_value": row["previous_value"],
                "old_unit_code": row["previous_unit_code"] or row["unit_code"],
                "new_value": row["value"],
                "new_unit_code": row["unit_code"],
            }
        )

    def change(self, row: dict) -> str:
        """What became of a figure."""
        w = self.w
        name = f"{w.country(row['country_code'])}, {row['kpi_name']}, {row['observation_year']}"
        old, new = (
            w.value(row["old_value"], row["old_unit_code"]),
            w.value(row["new_value"], row["new_unit_code"]),
        )
        said = {
            "added": w("new: %(new)s", new=new),
            "withdrawn": w("withdrawn: was %(old)s", old=old),
        }.get(row["change_type"], w("was %(old)s, is %(new)s", old=old, new=new))
        share = row["relative_change_pct"]
        if row["change_type"] == "changed" and share is not None:
            said += f" ({w.signed(share)}\u00a0%)"
        return f"{name}: {said}"

    def flip(self, row: dict) -> str:
        """From which verdict to which a KPI of a member state went."""
        old = {"status": row["old_status"], "reason_code": row["old_reason_code"]}
        new = {"status": row["new_status"], "reason_code": row["new_reason_code"]}
        return self.w(
            "%(country)s, %(kpi)s: was %(old)s, is %(new)s",
            country=self.w.country(row["country_code"]),
            kpi=row["kpi_name"],
            old=f"“{self.verdict(old)}”",
            new=f"“{self.verdict(new)}”",
        )
