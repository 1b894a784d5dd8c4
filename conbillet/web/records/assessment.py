"""The basis of an impact assessment (GDPR art. 35): is one needed, what can go wrong, what is done about it, what proves it.

An operator completes it: whom was it talked over with, what does the adviser say, who decides. `proof` names tests, and a
test fails when one of them is not there.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

LOW, MIDDLE, HIGH = _("low"), _("middle"), _("high")


@dataclass(frozen=True)
class Criterion:
    """One of the nine signs of a high risk (WP 248, adopted by the European Data Protection Board)."""

    sign: Any
    is_met: bool
    why: Any


@dataclass(frozen=True)
class Risk:
    what: Any
    before: Any
    measures: Any
    after: Any
    proof: tuple[str, ...]


CRITERIA = (
    Criterion(_("Evaluation or scoring"), False, _("nobody is judged; prices follow age groups and memberships that people state")),
    Criterion(_("Automated decisions with legal effect"), False, _("nothing is decided about anybody by a machine alone")),
    Criterion(_("Systematic monitoring"), False, _("nobody is followed; check-in is one row a ticket")),
    Criterion(_("Sensitive data"), True, _("CPR numbers, where an association has switched them on for crew; access needs that people write in their own words")),
    Criterion(_("Large scale"), True, _("an operator with many associations reaches six figures of people")),
    Criterion(_("Matching of data sets"), False, _("associations are kept apart; nothing is matched across them")),
    Criterion(_("Vulnerable people"), True, _("children come to conventions, and are members")),
    Criterion(_("New technology"), False, _("tables, forms and mails")),
    Criterion(_("Keeps people from a right or a service"), False, _("whoever asks to be deleted keeps a valid ticket unless they give it up")),
)  # fmt: skip

RISKS = (
    Risk(
        _("An association sees people of another one"),
        HIGH,
        _("Two lines: pages start from who asks, and the database itself hides the rows of others"),
        LOW,
        ("tests/test_tenancy.py::test_another_associations_rows_are_not_there",
         "tests/test_tenancy.py::test_with_the_first_line_patched_away_a_foreign_id_still_finds_nothing"),
    ),
    Risk(
        _("An association gets more about a buyer than the six fields"),
        MIDDLE,
        _("One door that hands out six fields and writes it down; the database role of associations can read no others"),
        LOW,
        ("tests/privacy/test_office_columns.py::test_the_office_reads_no_column_that_the_map_does_not_give_it",),
    ),
    Risk(
        _("A deletion leaves something behind, or a backup brings the person back"),
        HIGH,
        _("Deleted by the map; searched for in every column, file, mail and log; keys destroyed; restores repeat deletions"),
        LOW,
        ("tests/privacy/test_residue.py::test_what_is_left_is_what_the_receipt_says",
         "tests/privacy/test_residue.py::test_a_restored_backup_is_erased_again"),
    ),
    Risk(
        _("CPR numbers leak, or are kept for good"),
        HIGH,
        _("Off by default; sealed under two keys outside the database; masked; gone 30 days after the certificate is settled"),
        LOW,
        ("conbillet/core/tests/test_keys.py::test_sealed_data_is_bound_to_its_person_and_place",),
    ),
    Risk(
        _("Somebody logs in as somebody else"),
        MIDDLE,
        _("Codes with five guesses, passkeys, limits by account and network, a second factor for everybody who acts for others"),
        LOW,
        ("conbillet/web/me/tests/test_sign_in.py::test_guessing_is_slowed_down_wherever_it_comes_from",
         "conbillet/web/me/tests/test_sign_in.py::test_whoever_works_here_keeps_one"),
    ),
    Risk(
        _("Staff look at people out of curiosity"),
        MIDDLE,
        _("Every look is written down with its purpose, and the person sees date and purpose"),
        LOW,
        ("conbillet/web/desk/tests/test_desk.py::test_planted_a_look_up_without_being_staff_is_refused",),
    ),
    Risk(
        _("Names and addresses end up in logs, job queues or addresses of pages"),
        MIDDLE,
        _("Jobs carry ids only; logs are scrubbed; tests search for planted values"),
        LOW,
        ("conbillet/web/shop/tests/test_checkout.py::test_no_name_or_address_in_an_url_a_log_line_or_a_job",
         "conbillet/core/tests/test_logs.py::test_addresses_and_numbers_do_not_come_out"),
    ),
    Risk(
        _("Other companies follow visitors"),
        MIDDLE,
        _("No script, picture or font of others; a browser visits every page and fails on any other host"),
        LOW,
        ("tests/browser/test_cookies_everywhere.py::test_nothing_undeclared_anywhere",),
    ),
    Risk(
        _("Somebody quietly begins to collect or hand out more"),
        MIDDLE,
        _("Every column is declared; policy, record and declarations must agree, and each falsehood is noticed"),
        LOW,
        ("tests/test_data_map.py::test_every_column_of_every_table_is_declared",
         "tests/privacy/test_map_rules.py::test_no_falsified_declaration_goes_unnoticed"),
    ),
    Risk(
        _("Things are kept longer than said"),
        MIDDLE,
        _("A job for each period, run by the clock; a calendar shows the board what goes when"),
        LOW,
        ("tests/privacy/test_retention_schedule.py::test_every_rule_is_on_the_clock",),
    ),
    Risk(
        _("The server is lost, or somebody takes it"),
        MIDDLE,
        _("Secrets and sealed data need keys that are not in the database; how backups are made is the operator's to see to"),
        MIDDLE,
        ("tests/privacy/test_residue.py::test_a_backup_cannot_read_what_was_sealed",),
    ),
)  # fmt: skip
