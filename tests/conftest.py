import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from mtus_engine.api import Checker, load_rules
from mtus_engine.model.ruleset import Ruleset

ROOT = Path(__file__).parents[1]
RULES = ROOT / "rules"
CASES = ROOT / "cases" / "imr"

# Examples are drawn anew from a fixed beginning: a run can be repeated, and no clock stops it.
settings.register_profile(
    "repeatable",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
# While a law is being written: the first failure as it was drawn, without the long search for a smaller one.
settings.register_profile("hasty", settings.get_profile("repeatable"), phases=[Phase.explicit, Phase.generate])
# What make test runs: a tenth of the examples, so that nobody waits; make test-all runs all of them.
settings.register_profile("quick", settings.get_profile("repeatable"))
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "repeatable")
settings.load_profile(PROFILE)


def so_many(number: int) -> int:
    """Return how many examples a law is tried on: all, or a tenth where somebody waits."""
    return max(2, number // 10) if PROFILE == "quick" else number


@pytest.fixture(scope="session")
def ruleset() -> Ruleset:
    return load_rules(RULES)


@pytest.fixture(scope="session")
def checker(ruleset: Ruleset) -> Checker:
    return Checker(ruleset)


@pytest.fixture(scope="session")
def decisions() -> Path:
    """The folder of public decisions that lies beside the project, or a visible skip where it does not."""
    folder = Path(os.environ.get("MTUS_SHARED", ROOT.parent / "shared")) / "seeds"
    if not folder.is_dir():
        pytest.skip("the public decisions do not lie beside the project (MTUS_SHARED names their folder)")
    return folder


@pytest.fixture(scope="session")
def cluster():
    """A PostgreSQL of our own, or a visible skip where none is installed."""
    from tests.postgres import FOLDERS, Cluster

    if not FOLDERS:
        pytest.skip("PostgreSQL is not installed (tools/system-packages installs it)")
    made = Cluster(FOLDERS[-1])
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    """The address of an empty database of each kind; None is the file in the data folder."""
    return None if request.param == "sqlite" else request.getfixturevalue("cluster").database()


@pytest.fixture
def record(tmp_path, database):
    """An empty record on each kind of database."""
    from mtus_engine.store.database import address_of, engine_of
    from mtus_engine.store.migrate import migrate
    from mtus_engine.store.record import open_record

    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    if database is not None:
        engine = engine_of(address_of(data, database))
        migrate(engine)
        engine.dispose()
    opened = open_record(data, database)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A server with one person of each role: its app, and a client of HTTP for it."""
    from tests.servers import served

    with served(tmp_path_factory.mktemp("office") / "data") as (app, http):
        yield app, http


@pytest.fixture
def http(office):
    """The client of HTTP of the server, signed in as nobody."""
    _, http = office
    http.cookies.clear()
    return http


@pytest.fixture(autouse=True, scope="session")
def no_cache_of_ones_own(tmp_path_factory):
    """What is kept between runs is kept in a folder of the tests, not in the user's cache."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp().parent / "cache"))
        yield
