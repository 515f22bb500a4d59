"""One style for all pictures: colours that survive greyscale and colour blindness, axes with units."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

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

# Okabe and Ito's palette, in an order whose lightness steps; pale for regions, full for lines.
REGIME_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7")
REGIME_MARKERS = ("o", "s", "^", "D", "v", "P")
INK = "#1f2430"

# Keys are a long Literal in the stubs, which a plain dictionary cannot match.
SETTINGS: dict[Any, Any] = {
    "font.size": 10.0,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11.0,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "legend.frameon": False,
    "savefig.dpi": 160,
    # Dates and random ids would make two equal pictures differ.
    "svg.hashsalt": "regimap",
}


def regime_colour(regime: int) -> str:
    """Colour of a regime by its number; repeats after six."""
    return REGIME_COLOURS[regime % len(REGIME_COLOURS)]


def new_figure(width: float, height: float) -> Figure:
    """Empty figure in the house style, not known to pyplot."""
    with mpl.rc_context(SETTINGS):
        return Figure(figsize=(width, height), layout="constrained")


def save(figure: Figure, path: str | Path) -> None:
    """Write a figure, whole or not at all; the name's ending decides the format.

    Parameters
    ----------
    figure : Figure
    path : str or Path
        Ending in .png, .svg or .pdf.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.stem}.draft{path.suffix}")
    try:
        with mpl.rc_context(SETTINGS):
            figure.savefig(draft, metadata={"Date": None} if path.suffix in (".svg",) else None)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
