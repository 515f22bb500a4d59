"""One style for all pictures: colours that survive greyscale and colour blindness, axes with units."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import matplotlib.style

# Quantities of a material by the units of their names.
QUANTITY_LABELS = {
    "effective_mass_kg": "effective mass  $m^*$  (kg)",
    "effective_mass_me": "effective mass  $m^*\\,/\\,m_e$",
    "deformation_j": "deformation potential  $E_d$  (J)",
    "deformation_ev": "deformation potential  $E_d$  (eV)",
    "density_kg_m2": "density  $\\rho$  (kg m$^{-2}$)",
    "density_u_per_angstrom2": "density  $\\rho$  (u Å$^{-2}$)",
    "density_kg_m": "density  $\\rho$  (kg m$^{-1}$)",
    "density_u_per_angstrom": "density  $\\rho$  (u Å$^{-1}$)",
    "sound_speed_m_s": "sound speed  $v_s$  (m/s)",
    "sound_speed_angstrom_per_fs": "sound speed  $v_s$  (Å/fs)",
    "debye_wavenumber_per_m": "Debye wavenumber  $q_D$  (m$^{-1}$)",
    "debye_wavenumber_per_angstrom": "Debye wavenumber  $q_D$  (Å$^{-1}$)",
    "lattice_constant_m": "lattice constant  $a$  (m)",
    "lattice_constant_angstrom": "lattice constant  $a$  (Å)",
    "fermi_wavenumber_per_m": "Fermi wavenumber  $k_F$  (m$^{-1}$)",
    "fermi_wavenumber_per_angstrom": "Fermi wavenumber  $k_F$  (Å$^{-1}$)",
    "carrier_density_per_m2": "carriers  $n$  (m$^{-2}$)",
    "carrier_density_per_cm2": "carriers  $n$  (cm$^{-2}$)",
    "carrier_density_per_angstrom2": "carriers  $n$  (Å$^{-2}$)",
    "carrier_density_per_m": "carriers  $n$  (m$^{-1}$)",
    "carrier_density_per_angstrom": "carriers  $n$  (Å$^{-1}$)",
}
AXIS_LABELS = {
    "disorder": "disorder  $V_{rms}\\,/\\,E_F$",
    "coupling": "coupling  $\\Lambda$",
    "sound_speed": "sound speed  $v_s\\,/\\,v_F$",
    "temperature": "temperature  $T\\,/\\,T_D$",
    "wavenumber": "launch wavenumber  $k_F\\,/\\,q_D$",
    "packet_width": "packet width  $\\sigma\\,k_F$",
    "direction": "launch direction  (rad)",
    "temperature_K": "temperature  $T$  (K)",
    **QUANTITY_LABELS,
}

TIME_LABEL = "time  ($m^*/\\hbar q_D^2$)"

# Okabe and Ito's palette, in an order whose lightness steps; pale for regions, full for lines. Marks and
# hatches say the same without colour, in the report too.
REGIME_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7")
REGIME_MARKERS = ("o", "s", "^", "D", "v", "P")
REGIME_HATCHES = ("", "//", "..", "\\\\", "--", "||")
REGIME_DASHES = ("solid", "dashed", "dotted", "dashdot", (0, (6, 1.5)), (0, (3, 1, 1, 1, 1, 1)))
INK = "#1f2430"
FAINT = "#8a8f99"

# Points of the text: of a picture for a screen, and of one that is as wide as a page or a column.
FONT, FONT_IN_PRINT = 10.0, 8.0
# Keys are a long Literal in the stubs, which a plain dictionary cannot match.
SETTINGS: dict[Any, Any] = {
    "font.size": FONT,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": "medium",
    "axes.labelsize": "medium",
    "figure.titlesize": "medium",
    "legend.fontsize": "medium",
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "legend.frameon": False,
    "hatch.linewidth": 0.6,
    "savefig.dpi": 160,
    # Text that an editor finds and changes; a PDF has its font inside.
    "svg.fonttype": "none",
    # TrueType: journals refuse matplotlib's own Type 3.
    "pdf.fonttype": 42,
    # Random ids would make two equal pictures differ.
    "svg.hashsalt": "regimap",
}


def regime_colour(regime: int) -> str:
    """Colour of a regime by its number; repeats after six."""
    return REGIME_COLOURS[regime % len(REGIME_COLOURS)]


def regime_marker(regime: int | None) -> str:
    """Mark of a regime's points; a cross where they name none."""
    return "x" if regime is None else REGIME_MARKERS[regime % len(REGIME_MARKERS)]


def regime_hatch(regime: int) -> str:
    """Hatch of a regime's region; the first is plain."""
    return REGIME_HATCHES[regime % len(REGIME_HATCHES)]


@contextmanager
def house_style(font: float = FONT) -> Iterator[None]:
    """Draw in one style, whatever style matplotlib was told to use.

    Parameters
    ----------
    font : float
        Points.
    """
    with mpl.style.context(["default", SETTINGS | {"font.size": font}]):
        yield


def scaled(size: float) -> float:
    """A line's width or a mark's diameter beside text of 10 points, beside the text of now."""
    return size * float(mpl.rcParams["font.size"]) / FONT


def axis_label(name: str) -> str:
    """How an axis is called, with its symbol and unit; an axis of one's own by its name."""
    return AXIS_LABELS.get(name, name)
