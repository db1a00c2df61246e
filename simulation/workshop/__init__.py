"""The game of the workshop: a room plays the departments of several firms, act by act, round by round. No web in here.

Everything goes through one `Session`, which is a journal (SQLite) and the fold of its events. A server keeps one Session
in its process and calls it directly; each call takes well under a millisecond, except `play`, which is for a worker process.

    setup   = default_setup(firms=6)                        # or setup_from("my.yaml", acts=("a", "b"), ...)
    session, keys = Session.create(path, setup, now=t)      # keys.facilitator, keys.join_code: said once, stored hashed
    session = Session.open(path, now=t)                     # after a restart: same state; lost time is given back

    answer  = session.join("Ann", code, now=t, message="m1")        # answer.token: hers, stored hashed
    answer  = session.do(token, {"do": "sit", "firm": "firm_1", "department": "sales", "message": "m2"}, now=t)
    answer  = session.tick(now=t)                           # call about once a second: closes rounds that are due
    for job in session.jobs(): session.take_in(play(job), now=t)    # play in a process pool: `Job` and `Outcome` pickle
    session.view_for(token)                                 # what a player may see: plain JSON data
    session.view_for_facilitator(), session.view_for_projector()
    for job in session.debrief_jobs(): session.take_in(play(job), now=t)          # what the debrief compares with
    for quest in session.quests(): session.take_in_best(best_levers(quest))       # the best that was possible (10 s each)
    session.tale_choice(), session.tale(choice)             # one customer in two lives of a firm, to be told in a worker
    session.debrief()                                       # figures by firm and act, ledger, quotes, replays, best
    session.scenario_file(), session.decisions_csv(), session.save_copy(path)     # to take home
    session.revision                                        # grows by one with each event: send snapshots when it has moved

`do` takes one mapping as it came over the wire; `message` is a text of 1-64 characters that the sender chose: the same
message twice counts once and gets the same answer (`again` is true). Every answer is an `Answer`: accepted, or refused with one
sentence in `refusal`; nothing else ever comes out of `do`, whatever is put in.

    who may        do
    a player       sit {firm, department}      leave {}      rename {name}
                   submit {act, round, settings: {lever: 0..1}, line}   (again while the round is open: replaces)
    facilitator    open {seconds?}   pause {}   resume {}   extend {seconds}   close {}   advance {firm}
                   act {act}   end {}   broadcast {text}   reveal {shown?} (customers on the projector in this act)
                   rename {player, name}   move {player, firm, department}
                   replace {player} (answer.token: a new link to the same seat; the old one is dead)   remove {player}
                   name_firm {firm, name}   agree {firm, lever, low, high} (a council's act: binds the seat)   wipe {}

A *seat* is a department of a firm and belongs to at most one player (a person, or a group with one device). An empty seat,
and one that has not submitted when its firm's round closes, is played by the simulation's own learner. A firm's round closes
when all who are waited for have submitted, when time is up, or when the facilitator says so; a player who missed two rounds
in a row is not waited for, but may come back at any time.

Phases: `lobby` -> `open` <-> `paused` -> `running` (decisions are in, firms are being run) -> `between` -> `open` ... -> `ended`.

What a player may see follows from the act's rules, as in the model: siloed, her own KPIs, levers, score and bonus; paid on
shared metrics, those too; with pooled data also the company's figures and the ledger's lines that concern her.

Views are plain JSON data. All begin with: title, phase, act {name, title, number, of}, round, rounds, weeks (of a round), ends
(seconds since 1970, while open), left (seconds, while paused), broadcast, currency, revision. Then

    player        you {player, name, firm, firm_name, department, department_name}; without a seat: free [{firm, name,
                  seats [{department, name}]}]; with one: firm {firm, name, status, ran, held, submitted},
                  levers [{lever, name, low, high, setting, limits}], submitted {settings, line} or null,
                  kpis, shared [{kpi, name, unit, better, par, stretch, weekly, rounds}], score, shared_score (by round),
                  bonus {rounds, total, full}, company [{metric, name, unit, better, start, weekly, rounds}],
                  felt {caused [{where, pain, joy}], felt_here [{due, pain}]} or null, council [items],
                  decisions [{round, settings, line}]
    projector     join_code, players, seated, revealed, firms [{firm, name, status, ran, held, submitted, bonus {rounds, total},
                  company (empty unless revealed)}]
    facilitator   join_code, revealed, acts [{name, title, played}], players [{... you, submitted, missed}], seconds, council
                  (bool), firms [as on the projector, always revealed, with seats [{department, name, player, player_name,
                  submitted, line}] and council [items]]

A firm's status is waiting, deciding, closed (its decisions are final, it is being run) or ran. Texts that people wrote (names,
lines, broadcast) are returned as they wrote them, without control characters: a page must escape them. Council items become
sentences by `simulation.views.minutes.sentences(items, session.state.given.rules(act))`.
"""

from __future__ import annotations

from simulation.workshop.hindsight import Best, Quest, best_levers
from simulation.workshop.journal import JournalRefused
from simulation.workshop.playing import Job, Outcome, play
from simulation.workshop.session import Answer, Keys, Session
from simulation.workshop.setup import Act, Setup, default_setup, setup_from
from simulation.workshop.state import State
from simulation.workshop.tales import Choice, Tale

__all__ = [
    "Act",
    "Answer",
    "Best",
    "Choice",
    "Job",
    "JournalRefused",
    "Keys",
    "Outcome",
    "Quest",
    "Session",
    "Setup",
    "State",
    "Tale",
    "best_levers",
    "default_setup",
    "play",
    "setup_from",
]
