"""The declarations' own sentences about files, logs and processors, so that the documents say them in both languages.

A test fails when a declaration says something that is not here.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    'inbound mailbox': _('inbound mailbox'),
    'what people write to us by mail, until it is fetched (a minute) and has become a case': _('what people write to us by mail, until it is fetched (a minute) and has become a case'),
    'removed when its case is committed; what no person wrote: 30 days': _('removed when its case is committed; what no person wrote: 30 days'),
    "packages of associations that leave": _("packages of associations that leave"),
    "the association's own records, encrypted under a key outside the database": _("the association's own records, encrypted under a key outside the database"),
    "until the day on which the association is deleted here": _("until the day on which the association is deleted here"),
    'packages of insight': _('packages of insight'),
    'everything that is stored about somebody who asked for it, encrypted under their own key': _('everything that is stored about somebody who asked for it, encrypted under their own key'),
    '7 days, or until the person is erased': _('7 days, or until the person is erased'),
    'packages for authorities': _('packages for authorities'),
    'what an approved request covers, encrypted under a key outside the database': _('what an approved request covers, encrypted under a key outside the database'),
    '30 days after it was handed over': _('30 days after it was handed over'),
    'keys of tickets': _('keys of tickets'),
    'private keys that sign tickets: no person in them': _('private keys that sign tickets: no person in them'),
    'until the last ticket that they signed is over': _('until the last ticket that they signed is over'),
    'pictures of events': _('pictures of events'),
    "what an association puts on its event's page, drawn anew, without what a camera writes into a picture": _("what an association puts on its event's page, drawn anew, without what a camera writes into a picture"),
    'as long as the event shows them': _('as long as the event shows them'),
    'application log': _('application log'),
    'nothing personal: scrubbed in core/logs.py': _('nothing personal: scrubbed in core/logs.py'),
    "as the server's journal keeps it": _("as the server's journal keeps it"),
    'security log': _('security log'),
    "what was tried and refused; persons and networks as short hashes under the server's key": _("what was tried and refused; persons and networks as short hashes under the server's key"),
    "database's own log": _("database's own log"),
    'what failed, without the values: log_error_verbosity is terse, and no statement is logged': _('what failed, without the values: log_error_verbosity is terse, and no statement is logged'),
    'job queue': _('job queue'),
    'row ids and public references': _('row ids and public references'),
    '30 days after the job ended': _('30 days after the job ended'),
    'subject keys': _('subject keys'),
    'one random key a person, outside the database': _('one random key a person, outside the database'),
    'until the person is erased': _('until the person is erased'),
    'installation keys': _('installation keys'),
    'random keys of the installation: no person in them': _('random keys of the installation: no person in them'),
    'until they are replaced': _('until they are replaced'),
    "the demo's helpers": _("the demo's helpers"),
    'in the demo only: mails that were caught, and what the pretended Stripe was told; about invented people': _('in the demo only: mails that were caught, and what the pretended Stripe was told; about invented people'),
    "until the demo's folder is removed": _("until the demo's folder is removed"),
    'heads of the audit log': _('heads of the audit log'),
    'numbers and hashes of the newest entries: no person in them': _('numbers and hashes of the newest entries: no person in them'),
    'replaced by the next': _('replaced by the next'),
    'erasure ledger': _('erasure ledger'),
    'row ids, scope and time of erasures': _('row ids, scope and time of erasures'),
    'as long as a backup may still hold the data': _('as long as a backup may still hold the data'),
    'replay ledger': _('replay ledger'),
    'keyed hashes of what was taken back (a ticket, a consent), and when': _('keyed hashes of what was taken back (a ticket, a consent), and when'),
    'backups': _('backups'),
    'encrypted copies of everything, with the passwords that open them and what is on its way there': _('encrypted copies of everything, with the passwords that open them and what is on its way there'),
    "30 days; weekly dumps 8 weeks; the keys' backups 72 hours": _("30 days; weekly dumps 8 weeks; the keys' backups 72 hours"),
    'internet address': _('internet address'),
    'everything that passes between browser and server, when it is switched on': _('everything that passes between browser and server, when it is switched on'),
    'the servers stand there; nothing is sent on': _('the servers stand there; nothing is sent on'),
    'order reference': _('order reference'),
    'order lines and total': _('order lines and total'),
    'order and ticket facts': _('order and ticket facts'),
}  # fmt: skip


def said(text: str) -> Any:
    """A declaration's sentence in the language that is active; as it is, when nobody has translated it."""
    return SENTENCES.get(text, text)
