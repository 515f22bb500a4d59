"""The RayJob against a strict schema, and what a schema cannot say."""

import shlex
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

HERE = Path(__file__).parent
SCHEMA = yaml.safe_load((HERE / "rayjob_schema.yaml").read_text())


@pytest.fixture
def job() -> dict[str, Any]:
    return yaml.safe_load((HERE.parents[1] / "cluster" / "rayjob.yaml").read_text())


def groups(job: dict[str, Any]) -> list[dict[str, Any]]:
    cluster = job["spec"]["rayClusterSpec"]
    return [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]


def test_the_fields_are_those_of_a_rayjob(job: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(job)


@pytest.mark.parametrize(
    ("place", "name"),
    [("spec", "backOffLimit"), ("cluster", "autoscalerOption"), ("head", "rayStartParameters")],
)
def test_a_misspelt_field_is_refused(job: dict[str, Any], place: str, name: str) -> None:
    cluster = job["spec"]["rayClusterSpec"]
    {"spec": job["spec"], "cluster": cluster, "head": cluster["headGroupSpec"]}[place][name] = {}
    with pytest.raises(jsonschema.ValidationError, match=name):
        jsonschema.Draft202012Validator(SCHEMA).validate(job)


def test_every_pod_has_one_image_and_asks_for_what_it_is_limited_to(job: dict[str, Any]) -> None:
    containers = [group["template"]["spec"]["containers"][0] for group in groups(job)]
    assert len({container["image"] for container in containers}) == 1
    assert all(c["resources"]["requests"] == c["resources"]["limits"] for c in containers)


def test_the_head_works_nothing_and_the_workers_come_and_go(job: dict[str, Any]) -> None:
    head, workers = groups(job)
    assert head["rayStartParams"]["num-cpus"] == "0"
    assert workers["minReplicas"] == 0 < workers["maxReplicas"]
    assert job["spec"]["rayClusterSpec"]["enableInTreeAutoscaling"] is True
    assert job["spec"]["rayClusterSpec"]["authOptions"] == {"mode": "token"}


def test_the_spec_that_the_command_reads_is_mounted(job: dict[str, Any]) -> None:
    pod = groups(job)[0]["template"]["spec"]
    (mount,) = pod["containers"][0]["volumeMounts"]
    assert mount["name"] in {volume["name"] for volume in pod["volumes"]}
    assert shlex.split(job["spec"]["entrypoint"])[2].startswith(f"{mount['mountPath']}/")
