"""The cast with the scheme loaded: without metrics there are no facts."""

import pytest

from tests.factories.activities import load_scheme
from tests.factories.branches import Cast, MemberFactory, build_cast


@pytest.fixture
def cast(db) -> Cast:
    """A branch of five (secretary, committee member, member and two more), two other branches, every role."""
    people = build_cast()
    load_scheme(people.root)
    for name in ("周一", "吴二"):
        MemberFactory(branch=people.branch, name=name)
    return people
