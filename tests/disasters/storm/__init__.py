"""Random faults under load, and a judge of its own: `python3 dev.py disasters --seed N --minutes M`.

plan      the schedule of faults: a pure function of the seed
wire      TCP between two parties that can be frozen, cut and reset
house     the processes and wires; does what the plan says, and starts again what is meant to run
windows   people's open windows: the product's own client, which writes down every frame
diary     what the load tried, was told, gave and took, with times
people    who says what; rights, visits, reminders are in rights, visits, chores
evidence  everything that the judge looks at, as plain values, and how it is gathered
judge_*   the promises, each as a function from evidence to violations
report    the figures and the excerpts
run       all of it together
"""
