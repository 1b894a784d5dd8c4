"""What an association holds about somebody is its own snapshot: a profile changed later does not reach into it."""

from dataclasses import replace

import pytest

from conbillet.accounts.actions.update_profile import Profile, update_profile
from conbillet.accounts.models import Person
from conbillet.core.actor import person_actor
from conbillet.memberships.models import Member
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Participant

from .purchases import ADA, order_of, pay_for


@pytest.mark.asvs("15.3.1")
def test_a_new_name_and_address_stay_in_the_profile(world, now):
    me = replace(ADA, person_id=world.buyer.pk)
    pay_for(order_of(world, now, Wish(world.adult.pk, 1), Wish(world.membership.pk, 1), people=(me,)), now)
    profile = Profile("Ny Navn", "Ny", ADA.birth_date, "woman", "", "Ny Vej 2", "5000", "Odense C", "DK", "da")
    update_profile(person=world.buyer, profile=profile, actor=person_actor(world.buyer.pk), now=now)
    assert Person.objects.get(pk=world.buyer.pk).name == "Ny Navn"
    held = Participant.objects.get(person=world.buyer)
    member = Member.objects.get(person=world.buyer)
    assert (held.name, held.street, member.name, member.postcode) == ("Ada Lund", "Skovvej 1", "Ada Lund", "8000")
