"""Learning-rate schedules, one a file: the file is named after the schedule."""

from ravine._catalogue import Catalogue
from ravine.optimizers._schedule import Schedule

catalogue: Catalogue[Schedule] = Catalogue(
    package="ravine.optimizers.schedules", variable="SCHEDULE", kind="schedule"
)
names = catalogue.names
load = catalogue.load
