"""The launcher's files against Ray's own validator, and what a schema cannot say."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CLUSTER = ROOT / "cluster"
LAUNCHED = sorted(CLUSTER.glob("ray-*.yaml"))


def loaded(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text())


def validate(config: dict[str, Any]) -> None:
    # Here, for what it takes to import.
    from ray.autoscaler._private.util import prepare_config, validate_config  # noqa: PLC0415

    validate_config(prepare_config(copy.deepcopy(config)))


def test_there_is_a_file_for_each_provider() -> None:
    assert [loaded(path)["provider"]["type"] for path in LAUNCHED] == ["aws", "gcp", "local"]


@pytest.mark.parametrize("path", LAUNCHED, ids=lambda path: path.stem)
def test_ray_takes_the_file_and_would_not_take_a_misspelt_one(path: Path) -> None:
    validate(loaded(path))
    with pytest.raises(Exception, match="idle_timeout"):
        validate(loaded(path) | {"idle_timeout": 5})


@pytest.mark.parametrize("path", LAUNCHED, ids=lambda path: path.stem)
def test_tokens_are_asked_for_and_travel_to_the_nodes(path: Path) -> None:
    config = loaded(path)
    assert config["file_mounts"]["~/.ray/auth_token"] == "~/.ray/auth_token"
    where = config.get("docker", {}).get("run_options", []) + config.get("setup_commands", [])
    assert any("RAY_AUTH_MODE=token" in line for line in where)


@pytest.mark.parametrize("path", LAUNCHED, ids=lambda path: path.stem)
def test_the_dashboard_stays_on_the_heads_loopback(path: Path) -> None:
    (start,) = [line for line in loaded(path)["head_start_ray_commands"] if "ray start" in line]
    assert "--dashboard-host=127.0.0.1" in start


def test_own_machines_are_started_by_the_autoscaler_that_can() -> None:
    config = loaded(CLUSTER / "ray-local.yaml")
    assert any("RAY_enable_autoscaler_v2=0 ray start" in line for line in config["head_start_ray_commands"])
    assert config["min_workers"] == config["max_workers"] == len(config["provider"]["worker_ips"])


@pytest.mark.parametrize("name", ["ray-aws", "ray-gcp"])
def test_a_cloud_offers_memory_and_none_of_its_heads_cpus(name: str) -> None:
    types = loaded(CLUSTER / f"{name}.yaml")["available_node_types"]
    assert types["head"]["resources"]["CPU"] == 0
    assert types["worker"]["min_workers"] == 0
    assert types["worker"]["resources"].keys() == {"CPU", "memory"}


def test_no_machine_of_the_cloud_can_be_reached_from_everywhere() -> None:
    rules = loaded(CLUSTER / "ray-aws.yaml")["provider"]["security_group"]["IpPermissions"]
    assert all(rule["FromPort"] == rule["ToPort"] == 22 for rule in rules)
    assert not re.search(r"0\.0\.0\.0/0|::/0", str(rules))
