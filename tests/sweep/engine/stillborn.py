"""A module whose import ends the process, as one with a broken library does."""

import os

os._exit(9)
