"""Looks at a machine before work does: what it has and lacks, and what to do.

Each module looks at one side of it and yields findings; `examine` has them all.
"""

from sweep.doctor.examination import examine
from sweep.doctor.finding import NOTE, OK, TROUBLE, Finding

__all__ = ["NOTE", "OK", "TROUBLE", "Finding", "examine"]
