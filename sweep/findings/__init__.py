"""What a campaign with twins says: questions to its store, with errors, and their pictures.

``python -m sweep.findings STORE -o DIR`` asks all of them. Each is a function of its own, for other stores.
"""

from sweep.findings.accord import Accord, accord
from sweep.findings.answers import Findings
from sweep.findings.drift import Drift, Variant, drift_between, drift_specs, drift_variants
from sweep.findings.frozen_map import frozen_map
from sweep.findings.interference import InterferenceVerdict, interference_verdict
from sweep.findings.late_windows import Lattices, PointWindows, late_windows
from sweep.findings.pictures import finding_figure
from sweep.findings.power_law import PowerLaw, power_law
from sweep.findings.regime_courses import RegimeCourses, regime_courses
from sweep.findings.release_times import ReleaseTime, release_times
from sweep.findings.summary import findings_summary
from sweep.findings.theory_lines import TheoryLines, theory_lines
from sweep.findings.twin_verdicts import TwinVerdict, twin_verdict

__all__ = [
    "Accord",
    "Drift",
    "Findings",
    "InterferenceVerdict",
    "Lattices",
    "PointWindows",
    "PowerLaw",
    "RegimeCourses",
    "ReleaseTime",
    "TheoryLines",
    "TwinVerdict",
    "Variant",
    "accord",
    "drift_between",
    "drift_specs",
    "drift_variants",
    "finding_figure",
    "findings_summary",
    "frozen_map",
    "interference_verdict",
    "late_windows",
    "power_law",
    "regime_courses",
    "release_times",
    "theory_lines",
    "twin_verdict",
]
