"""Exit codes of jobs: what is said by a number to a script."""

SOME_FAILED = 1
OUT_OF_TIME = 75
