"""A command whose standard error is JSON lines, whatever happens."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr
from typing import Any

import click

from sweep.cli import INTERRUPTED
from sweep.cli.refusals import exit_code, message
from sweep.cli.verdicts import SOME_FAILED
from sweep.engine.json_lines import JsonStream


def in_json(call: Callable[[], Any]) -> Any:  # noqa: ANN401  # what the command returns
    """Call a command; refusals and crashes are events too, see :class:`sweep.engine.json_lines.JsonLines`.

    Returns
    -------
    object
        What the command returns, or its exit code.
    """
    stream = JsonStream(sys.stderr)
    with redirect_stderr(stream):
        try:
            return call()
        except KeyboardInterrupt:
            return INTERRUPTED
        except click.ClickException as error:
            stream.event("refused", message=error.format_message(), exit_code=error.exit_code)
            return error.exit_code
        except Exception as error:
            text = message(error)
            if text is None:
                trace = traceback.format_exc()
                stream.event("crashed", message=repr(error), exit_code=SOME_FAILED, traceback=trace)
                return SOME_FAILED
            stream.event("refused", message=text, exit_code=exit_code(error))
            return exit_code(error)
