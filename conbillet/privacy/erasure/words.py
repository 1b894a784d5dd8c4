"""What tables, columns and laws are called on a receipt."""

from django.utils.translation import gettext_lazy as _

# The tables that can hold something about a person, as people would call them.
THINGS = {
    "accounts_person": _("Your profile"),
    "accounts_account": _("Your account"),
    "accounts_staffrole": _("Your work at ConBillet's desk"),
    "accounts_emailproof": _("Addresses that you confirmed"),
    "account_emailaddress": _("Addresses of your account"),
    "account_emailconfirmation": _("Codes to confirm addresses"),
    "mfa_authenticator": _("Passkeys and apps with codes"),
    "usersessions_usersession": _("Devices that you logged in on"),
    "organizations_role": _("Roles in associations"),
    "organizations_invitation": _("Invitations to roles"),
    "organizations_agreement": _("Agreements that you accepted for an association"),
    "sales_cart": _("Carts"),
    "sales_order": _("Orders"),
    "sales_participant": _("Holders of tickets"),
    "sales_cancellation": _("Cancellations"),
    "sales_receipt": _("Receipts"),
    "sales_eventrefund": _("Refunds of a whole event that you began"),
    "payments_refund": _("Refunds that you began"),
    "tickets_checkin": _("Check-ins"),
    "tickets_handout": _("Things that were handed out"),
    "memberships_member": _("Member registers"),
    "memberships_membership": _("Dues that were paid"),
    "memberships_documentedmember": _("Yearly lists of members, for those who give grants"),
    "memberships_documenteddues": _("Dues in the yearly lists of members"),
    "consents_acceptance": _("Terms that you accepted"),
    "consents_marketingconsent": _("Consents to news"),
    "mail_outgoingmail": _("Mails from us"),
    "support_case": _("What you wrote to us"),
    "support_casenote": _("Our answers to you"),
    "support_caseattachment": _("Files that you sent us"),
    "core_auditentry": _("The log of what was done"),
    "privacy_disclosedperson": _("That an association was handed data"),
    "privacy_insightpackage": _("Packages with your data"),
    "privacy_erasure": _("Receipts of deletions"),
    "privacy_guardianship": _("Who acts for a child"),
    "privacy_limit": _("Limits to the use of your data"),
    "privacy_breachsubject": _("Breaches of security that concerned you"),
    "privacy_authoritycase": _("Requests of authorities"),
    "privacy_authoritysubject": _("Requests of authorities"),
    "privacy_authorityapproval": _("Requests of authorities that you decided"),
}
OTHER_THING = _("Other information")

# Categories of the map, as they stand in a list of what a thing holds.
PARTS = {
    "user.name": _("name"),
    "user.address": _("address"),
    "user.postcode": _("postcode"),
    "user.email": _("e-mail address"),
    "user.birth_date": _("date of birth"),
    "user.gender": _("gender"),
    "user.phone": _("phone number"),
    "user.cpr": _("CPR number"),
    "user.certificate": _("how it ended"),
    "user.relation": _("who paid the dues"),
    "user.role": _("your role"),
    "user.status": _("what holds for you"),
    "user.language": _("language"),
    "user.ip": _("internet address"),
    "user.device": _("device"),
    "user.content": _("text"),
    "user.history": _("details"),
    "user.member_number": _("member number"),
    "user.municipality": _("municipality"),
    "user.consent": _("your answer"),
    "user.link": _("that it was you"),
}

# Sources of the retention rules, as the map words them for the record of processing.
LAWS = {
    "bogføringsloven § 12": _("the Danish bookkeeping act (bogføringsloven) § 12"),
    "documentation for grant bodies (tilskudsbekendtgørelsen)": _("documentation that associations must give of their members (tilskudsbekendtgørelsen)"),
    "accountability, GDPR art. 5(2)": _("we must be able to show what was done (GDPR art. 5(2))"),
    "GDPR art. 5(2)": _("we must be able to show what was done (GDPR art. 5(2))"),
}  # fmt: skip
