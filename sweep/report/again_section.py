"""The parts of the page with the spec, and how to come to the same."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

from sweep.report.account import Account
from sweep.report.markup import Markup, element, joined
from sweep.report.points import Points
from sweep.report.subject import Subject
from sweep.report.tables import folded, paragraph, section, table
from sweep.report.words import counted


def spec_section(subject: Subject) -> Markup:
    """The spec, to read and to save."""
    text = subject.spec.to_text()
    data = base64.b64encode(text.encode()).decode()
    name = f"{_file_stem(subject.spec.name)}.toml"
    link = element("a", f"Save it as {name}", href=f"data:application/toml;base64,{data}", download=name)
    words = paragraph("As it was run, defaults spelled out. ", link, ".")
    return section("spec", "The spec", words, element("pre", element("code", text), tabindex="0"))


def reproduce_section(subject: Subject, account: Account, points: Points) -> Markup:
    """Commands, versions, and the store's other sweeps."""
    spec, store = f"{_file_stem(subject.spec.name)}.toml", subject.place
    trial = next((t for p in points.shown for landed in p.lattices for t, _ in landed.trials), "TRIAL")
    commands = [
        (
            "the same sweep; with this store, only what it lacks",
            f"regimap {subject.command} {spec} --store {store}",
        ),
        ("this page", f"regimap report {store}"),
        ("one trial with its provenance", f"regimap show {store} {trial}"),
        ("one trial again, compared with what is stored", f"regimap replay {store} {trial}"),
        ("all points as a table", f'regimap query {store} "select * from points"'),
    ]
    lines = "\n".join(f"{command}  # {what}" for what, command in commands)
    versions = table(
        ("trials", "regimap", "model", "commit", "Python", "processor", "libraries"),
        [
            (
                f"{v.trials:,}",
                v.regimap,
                v.model,
                v.commit[:12] or "–",
                v.python,
                v.processor,
                _libraries(v.libraries),
            )
            for v in account.versions
        ],
    )
    others = (
        paragraph(
            "Also in this store: ", ", ".join(f"{n} ({c}, {t:,} trials)" for n, c, t in account.others), "."
        )
        if account.others
        else Markup("")
    )
    seed = f"Points and draws follow from the spec, whose seed is {subject.spec.seed}. "
    return section(
        "reproduce",
        "Reproduce",
        paragraph(seed, *_where(subject)),
        element("pre", element("code", lines), tabindex="0"),
        versions,
        others,
    )


def _where(subject: Subject) -> Iterator[str]:
    """From where the commands find what they name."""
    if subject.base:
        yield "The commands are for the directory that holds "
        yield element("code", f"{subject.base}/")
        yield ", with the spec saved there. "
    if subject.own:
        yield "The module "
        yield element("code", subject.spec.model.name.partition(":")[0])
        yield " is looked for where a command is given, and in "
        yield element("code", "model_path")
        yield " of the spec; for "
        yield element("code", "replay")
        yield ", in "
        yield element("code", "--model-path DIR")
        yield "."


def _libraries(text: str) -> Markup:
    if not text:
        return Markup("")
    try:
        known = json.loads(text)
    except ValueError:
        return joined([text])
    lines = ", ".join(f"{name} {version}" for name, version in known.items())
    return folded(counted(len(known), "library", "libraries"), lines)


def _file_stem(name: str) -> str:
    """A sweep's name as that of a file: nothing a shell or a file system would take otherwise."""
    kept = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in name).strip("-.")
    return kept or "sweep"
