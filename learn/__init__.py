"""Find dynamical regimes in time series and map their boundaries in parameter space.

Arrays in, values out: series become features, features regimes with soft memberships, memberships a
probabilistic map over the parameters, and the map says which point to look at next. No physics, no store, no
cluster.
"""

from learn.acquisition import bald, margin, straddle
from learn.agreement import Agreement, agreement
from learn.area import Areas
from learn.boundary import RegimeMap, changed_area
from learn.choice import Choice, Judgement
from learn.crossing import BoundaryPoints
from learn.distance import cross_distances, distance_matrix
from learn.errors import (
    InvalidClusterCountError,
    InvalidMembershipError,
    InvalidSeriesError,
    InvalidSettingError,
    InvalidSpaceError,
    LearnError,
    NoObservationsError,
    UnsupportedDimensionError,
)
from learn.features import (
    FeatureScale,
    ensemble_mean,
    log_growth,
    log_ratio,
    pooled_scale,
    resample,
    stack_channels,
    valid_lengths,
)
from learn.line import BandRegion, BoundaryLine
from learn.matching import following, match, partners, reordered
from learn.place import BoundaryPlace
from learn.regimes import METHODS, Assignment, Clustering, Method, assign, cluster_series
from learn.sampler import BoundarySampler
from learn.space import Axis, SearchSpace
from learn.stopping import RoundSummary, StopRule
from learn.study import Observation, propose, rebuild_study
from learn.surface import BoundarySurface
from learn.surrogate import RegimeClassifier
from learn.trials import Proposal, explanation

__all__ = [
    "METHODS",
    "Agreement",
    "Areas",
    "Assignment",
    "Axis",
    "BandRegion",
    "BoundaryLine",
    "BoundaryPlace",
    "BoundaryPoints",
    "BoundarySampler",
    "BoundarySurface",
    "Choice",
    "Clustering",
    "FeatureScale",
    "InvalidClusterCountError",
    "InvalidMembershipError",
    "InvalidSeriesError",
    "InvalidSettingError",
    "InvalidSpaceError",
    "Judgement",
    "LearnError",
    "Method",
    "NoObservationsError",
    "Observation",
    "Proposal",
    "RegimeClassifier",
    "RegimeMap",
    "RoundSummary",
    "SearchSpace",
    "StopRule",
    "UnsupportedDimensionError",
    "agreement",
    "assign",
    "bald",
    "changed_area",
    "cluster_series",
    "cross_distances",
    "distance_matrix",
    "ensemble_mean",
    "explanation",
    "following",
    "log_growth",
    "log_ratio",
    "margin",
    "match",
    "partners",
    "pooled_scale",
    "propose",
    "rebuild_study",
    "reordered",
    "resample",
    "stack_channels",
    "straddle",
    "valid_lengths",
]
