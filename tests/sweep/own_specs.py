"""Specs of models of one's own."""

from sweep import SweepSpec

TEXT = """
[sweep]
name = "own"
model = "tests.sweep.own_models:growth"
realizations = 2

[axes]
drive = { low = 0.1, high = 10.0, scale = "log" }
lambda = { low = -1.0, high = 1.0 }

[fixed]
mode = "plain"
sites = 8

[regimes]
series = { size = "log" }

[design]
kind = "sobol"
n = 6

[campaign]
budget = 8
batch = 2
startup = 6
target_wrong_area = 0.0
"""
STRANGE = """
[sweep]
name = "strange"
model = "tests.sweep.own_models:strange"
realizations = 1

[axes]
case = { values = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] }

[design]
kind = "grid"
points = [13]
"""
LABELLED = (
    TEXT.replace("growth", "labelled")
    .replace("lambda = { low = -1.0, high = 1.0 }\n", "")
    .replace('series = { size = "log" }', 'label = "regime"')
)
SPEC = SweepSpec.from_text(TEXT)
