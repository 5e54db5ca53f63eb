"""What every test stands on: real PostgreSQL under the plain role, the movable clock, real files in a folder of its own."""

from __future__ import annotations

import copy
import datetime as dt
import fcntl
import gc
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings as project
from django.contrib.auth.signals import user_logged_in
from django.db import DatabaseError, connection, transaction
from django.db.backends.signals import connection_created
from django.test import Client, TransactionTestCase, override_settings
from django.utils import translation
from hypothesis import settings as property_tests
from psycopg import sql
from xdist.scheduler import LoadScopeScheduling

from config import catalogs, embedded
from ground import clock

property_tests.register_profile(
    "quick", deadline=None
)  # how long an example takes says how loaded the machine is
property_tests.register_profile("full", max_examples=400, print_blob=True, deadline=None)
property_tests.load_profile("quick")
WEB_ROLE = "naru_web"
_state = {"is_plain": False}


def _become_plain(sender: Any, connection: Any, **kwargs: Any) -> None:
    if _state["is_plain"]:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {WEB_ROLE}")


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """When several processes share the tests, a file stays in one, and so does the browser tests' installation."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return "tests/e2e" if path.startswith("tests/e2e/") else path


def pytest_collection_finish(session: pytest.Session) -> None:
    """All that was loaded and collected stays to the end: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, django_db_blocker: Any, pytestconfig: pytest.Config
) -> None:
    """When several processes share the tests, the tables are made once, and each process has a copy of them."""
    worker = getattr(pytestconfig, "workerinput", {}).get("workerid")
    if worker is None or pytestconfig.getoption("create_db"):
        return
    names = project.DATABASES["default"]["TEST"]
    own = names["NAME"]
    whole = own.removesuffix(f"_{worker}")
    lock = embedded.folder() / "tests.lock"
    with django_db_blocker.unblock(), lock.open("w") as file, connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        fcntl.flock(file, fcntl.LOCK_EX)
        cursor.execute("SELECT datname FROM pg_database WHERE datname IN (%s, %s)", [own, whole])
        there = {name for (name,) in cursor.fetchall()}
        if own in there:
            return
        everyday = connection.settings_dict["NAME"]
        if whole not in there:
            making = f"{whole}_making"  # so that a run that was stopped leaves no half of it
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(making)))
            names["NAME"] = making
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            connection.close()
            connection.settings_dict["NAME"] = project.DATABASES["default"]["NAME"] = everyday
            names["NAME"] = own
            cursor.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(making), sql.Identifier(whole)
                )
            )
        cursor.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(own), sql.Identifier(whole))
        )


def _gave_password(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    """Whom a test signs in without the door gave the password just now, as who comes through it."""
    if "REQUEST_METHOD" not in request.META:
        record_authentication(request, user, "password")


@pytest.fixture(scope="session", autouse=True)
def _compiled_catalogs() -> None:
    user_logged_in.connect(_gave_password, dispatch_uid="tests.password", weak=False)
    catalogs.compile_all()
    connection_created.connect(_become_plain, dispatch_uid="tests.plain", weak=False)


@pytest.fixture(scope="session", autouse=True)
def _emptied_where_rows_are() -> Iterator[None]:
    """After a test that commits. Django's own way truncates all tables and makes the content types anew, which takes
    longer than most of these tests."""
    kept = {"django_content_type", "auth_permission"}

    def empty(case: TransactionTestCase) -> None:
        params = connection.get_connection_params()
        wanted = {name: params[name] for name in ("dbname", "host", "port") if params.get(name)}
        with psycopg.connect(**wanted, user="naru_root") as session:
            session.execute("SET session_replication_role = replica")
            rows = session.execute(
                "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND (pg_relation_size(oid) > 0 OR relkind = 'p')",
                [sorted(set(connection.introspection.django_table_names()) - kept)],
            ).fetchall()
            for (name,) in rows:
                session.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty)
        yield


@pytest.fixture(autouse=True)
def plain_role(request: pytest.FixtureRequest, _django_db_marker: None) -> Iterator[None]:
    """Tests marked `django_db` run with the web's plain rights; `owner_role` gives the owner's for a while."""
    if request.node.get_closest_marker("django_db") is None:
        yield
        return
    _state["is_plain"] = True
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {WEB_ROLE}")
    yield
    _state["is_plain"] = False
    try:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute("DELETE FROM ground_clock_shift")
    except DatabaseError:
        if not connection.in_atomic_block:
            connection.close()


class OwnerRole:
    """`with owner_role():` the connection has the owner's rights."""

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")

    def __exit__(self, *exc: object) -> None:
        if exc[0] is None:
            with connection.cursor() as cursor:
                cursor.execute(f"SET ROLE {WEB_ROLE}")


@pytest.fixture
def owner_role() -> type[OwnerRole]:
    return OwnerRole


def moved_to(instant: dt.datetime) -> None:
    """The database's clock shows that instant and runs on."""
    with OwnerRole():
        clock.move_to(instant)


@pytest.fixture
def move_clock() -> Callable[[dt.datetime], None]:
    return moved_to


@pytest.fixture(autouse=True)
def no_language_of_an_earlier_test() -> None:
    translation.deactivate()


def settings_of(folder: Path) -> dict[str, Any]:
    """What tests have of their own."""
    private = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(folder / "files"), "base_url": None},
    }
    return {
        "STORAGES": {**project.STORAGES, "private": private},
        "FILE_UPLOAD_TEMP_DIR": str(folder),
        "EMAIL_BACKEND": "ground.mail.OutboxBackend",
        "NARU_MAILBOX": folder / "mailbox",
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "NARU_STAFF_MFA": False,
        "WHITENOISE_AUTOREFRESH": True,  # no walk through the static files for each test's client
    }


@dataclass(frozen=True)
class Prepared:
    made: Any
    folder: Path


@pytest.fixture(scope="module")
def prepared(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Prepared]:
    """What `prepare(folder)` of the module makes, once for all its tests: each works on it in a savepoint of its own,
    with a copy of the files. Every test of such a module begins with it, or with another world (`standing_on`)."""
    folder = tmp_path_factory.mktemp("prepared")
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(**settings_of(folder)), connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {WEB_ROLE}")
            made = getattr(request, "param", request.module.prepare)(folder)
            cursor.execute("RESET ROLE")
        yield Prepared(made, folder)
        transaction.set_rollback(True)


def standing_on(prepare: Callable[[Path], Any]) -> pytest.MarkDecorator:
    """`@standing_on(sealed)`: the test begins with what that function makes, made once for all that say so."""
    return pytest.mark.parametrize("prepared", [prepare], indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that stand on the same rows follow each other."""
    places: dict[tuple[Path, Any], int] = {}

    def place(item: pytest.Item) -> int:
        callspec = getattr(item, "callspec", None)
        world = callspec.params.get("prepared") if callspec else None
        return places.setdefault((item.path, world), len(places))

    items.sort(key=place)


@pytest.fixture
def made_before(prepared: Prepared) -> Any:
    """What was prepared, in a copy that the test may change."""
    return copy.deepcopy(prepared.made)


@pytest.fixture(autouse=True)
def own_folders(request: pytest.FixtureRequest, tmp_path: Path, settings: Any) -> None:
    if "prepared" in request.fixturenames:
        shutil.copytree(request.getfixturevalue("prepared").folder, tmp_path, dirs_exist_ok=True)
    for name, value in settings_of(tmp_path).items():
        setattr(settings, name, value)


@pytest.fixture
def is_full(pytestconfig: pytest.Config) -> bool:
    """Whether the long tests run, too: what a test otherwise takes in turn it then takes whole."""
    return "not full" not in str(pytestconfig.getoption("markexpr"))


@pytest.fixture
def english(client: Client) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client
