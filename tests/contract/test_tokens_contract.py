"""Keys to the API, on both databases: who is let in, and what is kept."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from db.fleet_tables import TokenRow
from db.store import SqlStore
from db.tokens import SqlTokens
from optimizer.domain.errors import ConfigError, NotFoundError
from optimizer.domain.tokens import PREFIX, TokenState, digest_of, is_name, new_secret

_PAST = timedelta(seconds=-1)


@pytest.fixture
def tokens(sql_store: SqlStore) -> SqlTokens:
    return SqlTokens(sql_store.sessions)


def _used(tokens: SqlTokens, ago: timedelta) -> datetime:
    """Says in the database that all of them were used so long ago."""
    moment = tokens.now() - ago
    with tokens.sessions.writing() as session:
        session.execute(update(TokenRow).values(used_at=moment))
    return moment


def test_whoever_has_the_secret_is_let_in_and_nobody_else(tokens: SqlTokens) -> None:
    secret, other = new_secret(), new_secret()
    made = tokens.create("ci", digest_of(secret))
    assert tokens.admit(digest_of(secret)) == made
    assert tokens.admit(digest_of(other)) is None
    assert tokens.admit(secret) is None
    assert tokens.admit("") is None


def test_the_secret_itself_is_not_kept(tokens: SqlTokens) -> None:
    secret = new_secret()
    tokens.create("ci", digest_of(secret))
    with tokens.sessions.reading() as session:
        (row,) = session.execute(select(TokenRow.__table__)).all()
    assert digest_of(secret) in row
    assert not any(secret.removeprefix(PREFIX) in str(value) for value in row)


def test_secrets_are_long_and_none_is_made_twice() -> None:
    made = {new_secret() for _ in range(200)}
    assert len(made) == 200
    assert all(secret.startswith(PREFIX) and len(secret) == len(PREFIX) + 43 for secret in made)


def test_an_expired_token_is_not_let_in(tokens: SqlTokens) -> None:
    secret, fresh = new_secret(), new_secret()
    tokens.create("old", digest_of(secret), _PAST)
    assert tokens.admit(digest_of(secret)) is None
    assert not tokens.any_valid()
    made = tokens.create("new", digest_of(fresh), timedelta(days=90))
    assert tokens.admit(digest_of(fresh)) is not None
    assert tokens.any_valid()
    assert made.expires_at is not None
    assert made.expires_at - made.created_at == timedelta(days=90)


def test_a_revoked_token_is_not_let_in_and_stays_revoked(tokens: SqlTokens) -> None:
    secret = new_secret()
    tokens.create("ci", digest_of(secret))
    revoked = tokens.revoke("ci")
    assert revoked.revoked_at is not None
    assert tokens.admit(digest_of(secret)) is None
    assert not tokens.any_valid()
    assert tokens.revoke("ci") == revoked


def test_a_name_is_given_once_even_after_it_was_revoked(tokens: SqlTokens) -> None:
    tokens.create("ci", digest_of(new_secret()))
    tokens.revoke("ci")
    with pytest.raises(ConfigError, match="'ci' already"):
        tokens.create("ci", digest_of(new_secret()))
    assert [one.name for one in tokens.tokens()] == ["ci"]


def test_revoking_what_is_not_there_is_said(tokens: SqlTokens) -> None:
    with pytest.raises(NotFoundError, match="no token 'ci'"):
        tokens.revoke("ci")


def test_states_are_told_by_the_clock_that_decides(tokens: SqlTokens) -> None:
    for name, lifetime in (("a", None), ("b", _PAST), ("c", timedelta(hours=1)), ("d", _PAST)):
        tokens.create(name, digest_of(name), lifetime)
    tokens.revoke("d")
    now = tokens.now()
    assert [(one.name, one.state(now)) for one in tokens.tokens()] == [
        ("a", TokenState.VALID),
        ("b", TokenState.EXPIRED),
        ("c", TokenState.VALID),
        ("d", TokenState.REVOKED),
    ]


def test_the_time_of_use_is_noted_and_not_more_often_than_once_a_minute(tokens: SqlTokens) -> None:
    digest = digest_of(new_secret())
    made = tokens.create("ci", digest)
    assert made.used_at is None
    tokens.admit(digest)
    (noted,) = tokens.tokens()
    assert noted.used_at is not None
    assert noted.used_at >= made.created_at
    lately = _used(tokens, timedelta(seconds=20))
    tokens.admit(digest)
    assert [one.used_at for one in tokens.tokens()] == [lately]
    long_ago = _used(tokens, timedelta(seconds=90))
    tokens.admit(digest)
    (again,) = tokens.tokens()
    assert again.used_at is not None
    assert again.used_at > long_ago + timedelta(seconds=60)


def test_who_is_not_let_in_is_not_noted(tokens: SqlTokens) -> None:
    tokens.create("ci", digest_of("right"), _PAST)
    tokens.admit(digest_of("right"))
    tokens.admit(digest_of("wrong"))
    assert [one.used_at for one in tokens.tokens()] == [None]


@pytest.mark.parametrize("name", ["ci", "ada@example.org", "night-run_2", "é", "a" * 64])
def test_a_name_is_a_word(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize("name", ["", " ", "-x", "a b", "a/b", "a\n", "\x1b[1m", "a" * 65])
def test_what_would_mislead_in_a_list_is_no_name(name: str) -> None:
    assert not is_name(name)
