# SPDX-License-Identifier: MIT
"""What the model listens for, and which synthetic voices teach and examine it."""

from __future__ import annotations

SAMPLE_RATE = 16000
WINDOW = 16000  # samples the model is trained on: one second

COMMANDS = (
    "yes no up down left right on off stop go play pause next back help music".split()
)
UNKNOWN = "unknown"  # speech that is none of the commands
SILENCE = "silence"  # no speech: silence, hiss, hum, clicks
LABELS = [*COMMANDS, UNKNOWN, SILENCE]

# Other words, many of them close to a command. Homophones (know, write, paws) must not be here.
OTHER_TRAIN = """
snow low show so though grow throw bone note nose now new
town brown gown ground round done dawn dance found
lift loft laughed leg let lend live lost late
ride rate fright light night white rice rise read road
one own ran in an all arm want wand gone
of often soft cough loss top stock shop shot step spot stuff star start storm
got goat gold coat key cup pup cap app us
plate plane pray day say clay pose post boys horse
nest neck net text mixed neat bat pack bag bake bank black
held hell health whelp hemp hat use museum magic muse menu mosaic
chess guess yet yell yesterday less dress mess
apple water window computer seven three hello morning green yellow sunday
open close volume camera mother father house tree happy garden telephone radio
four five six eight nine zero bird cat dog dark car park pick duck pocket packet
ball call bowl cold home hollow because laws applause copy hot bus eye try shelf whale
marvin sheila wow bed follow forward visual learn
""".split()

# Other words of the examination: none of them is taught.
OTHER_TEST = """
glow slow hope crown drown noon lamp lest bright rhyme fine honest awful stomp swap
ghost goal place prey cause pork best nettle bark bad hull helmet usual
chest jet puck ultra table coffee kitchen winter paper orange river two people question
""".split()

ACCENTS = [  # espeak-ng's "en" is British; called en-gb it would ignore the speaker
    "en", "en-us", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd",
    "en-029", "en-us-nyc",
]

# Speakers are espeak-ng voice variants; each speaks in every accent. Whoever is in SPEAKERS_TEST is
# never heard in training, and families (Gene and Gene2) stay on one side. synthesize.py invents
# further speakers for the training.
SPEAKERS_TRAIN = """
f1 f2 f3 f5 m1 m2 m3 m4 m6 m7 m8 Alex Andrea Andy Annie AnxiousAndy Diogo Henrique Hugo Jacky
Lee Marco Mario Mike Nguyen RicishayMax RicishayMax2 Tweaky UniRobot adam anika anikaRobot
announcer antonio aunty benjamin boris croak david ed edward edward2 grandma iven iven2 iven3
iven4 john kaukovalta klatt klatt2 klatt3 klatt4 klatt5 marcelo max michel miguel norbert
paul pedro rob robert robosoft robosoft4 robosoft6 sandro shelby
""".split()
SPEAKERS_TEST = """
f4 m5 Alicia belinda Denis Gene Gene2 Michael gustave grandpa linda pablo quincy steph steph2
steph3 travis victor zac
""".split()
