"""Persons and their accounts; global to the installation."""

from typing import Any, ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from conbillet.core.people import Gender


class Person(models.Model):
    """The global subject: somebody about whom we hold data. Needs no e-mail and no account.

    What an association holds about somebody is its own snapshot (`Participant`, `Member`), never this row.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120, blank=True)
    badge_name = models.CharField(_("name on the badge"), max_length=60, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    gender = models.CharField(_("gender"), max_length=12, choices=Gender.choices, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    street = models.CharField(_("street and number"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    city = models.CharField(_("town"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=2, default="DK", blank=True)
    language = models.CharField(_("language"), max_length=5, default="da", blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()


class AccountManager(BaseUserManager["Account"]):
    """What Django and allauth expect of a user manager."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Account":
        account = self.model(email=email.strip().lower(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """How a person signs in. Most accounts have no password: a code by mail or a passkey does."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="account")
    email = models.EmailField(_("e-mail"), unique=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = AccountManager()


class StaffRole(models.Model):
    """A role on the platform's own desk; every other page is closed to staff as to anybody else."""

    class Kind(models.TextChoices):
        SUPPORT_AGENT = "support_agent", _("Support agent")
        PRIVACY_OFFICER = "privacy_officer", _("Privacy officer")
        ADMINISTRATOR = "administrator", _("Administrator")

    account = models.ForeignKey(Account, models.CASCADE, related_name="staff_roles")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "kind"], name="accounts_staff_role_once")]


class EmailProof(models.Model):
    """A person confirmed an address: by a code, or by opening an order's own link. Attaches orders to an account."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="email_proofs")
    email = models.EmailField()
    method = models.CharField(max_length=12, choices=[("code", "code"), ("order_link", "order link")])
    proven_at = models.DateTimeField()
