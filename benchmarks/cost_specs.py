"""Specs whose cost is predicted and measured, see `benchmarks.cost`: each takes 4 to 10 s on a core."""

PLANE = """
[axes]
disorder = { low = 0.2, high = 4.0, scale = "log" }
sound_speed = { low = 0.02, high = 1.0, scale = "log" }
[fixed]
wavenumber = 0.4
[numerics]
t_final = 30.0
samples = 32
tolerance = 1e-2
max_grid = 576
%s
[design]
kind = "sobol"
n = %d
[sweep]
realizations = 1
"""
LINE = """
[axes]
disorder = { low = 0.1, high = 1.0, scale = "log" }
sound_speed = { values = [0.0, 0.1, 0.5] }
[fixed]
wavenumber = 0.4
dimension = 1
[numerics]
t_final = 150.0
samples = 64
tolerance = 1e-3
max_grid = 16384
[design]
kind = "grid"
points = [8, 3]
[sweep]
realizations = 4
"""
FROZEN = """
[axes]
disorder = { low = 0.2, high = 3.0, scale = "log" }
[fixed]
wavenumber = 0.5
sound_speed = 0.0
[numerics]
t_final = 60.0
samples = 48
tolerance = 1e-2
max_grid = 576
[design]
kind = "grid"
points = [12]
[sweep]
realizations = 4
"""
MATERIAL = """
[sweep]
realizations = 2
[material]
name = "made up"
effective_mass_me = 8.0
deformation_ev = 2.0
density_u_per_angstrom2 = 10.0
sound_speed_m_s = 2500.0
lattice_constant_angstrom = 5.0
fermi_wavenumber_per_angstrom = 0.28
[axes]
temperature_K = { low = 40.0, high = 400.0, scale = "log" }
[numerics]
t_final = 80.0
samples = 32
tolerance = 2e-2
max_grid = 512
[design]
kind = "grid"
points = [6]
"""
OBSERVED = """
[axes]
disorder = { low = 0.3, high = 1.5, scale = "log" }
[fixed]
wavenumber = 0.5
sound_speed = 0.2
[observe]
classical = true
energy_filter = [1.0, 0.3]
[numerics]
t_final = 20.0
samples = 24
tolerance = 2e-2
max_grid = 400
[design]
kind = "grid"
points = [12]
[sweep]
realizations = 2
"""
SPECS = {
    "plane": PLANE % ("box_length = 226.19", 32),
    "plane, own boxes": PLANE % ("", 40),
    "plane, single": PLANE % ('box_length = 226.19\nprecision = "single"', 32),
    "plane, absorbing": PLANE % ('box_length = 226.19\nboundary = "absorbing"', 32),
    "line": LINE,
    "frozen plane": FROZEN,
    "material": MATERIAL,
    "observed": OBSERVED,
}
