"""A small valid firm as the text of a scenario file, for tests that spoil it."""

from __future__ import annotations

FIRM = """\
title: A small firm
market:
  offers:
    plain: {name: Plain, price: 10.0, unit_cost: 4.0, source: our assumption}
  segments:
    loyal:
      name: Loyal
      share: 0.6
      fit: {plain: 0.7}
      purchase_rate: 0.1
      price_sensitivity: 1.0
      patience: 0.5
      voice: 0.5
      digital: 0.5
      memory: 0.8
      expectation: 0.7
      defection: 0.01
      source: our assumption
    fickle:
      name: Fickle
      share: 0.4
      fit: {plain: 0.4}
      purchase_rate: 0.1
      price_sensitivity: 2.0
      patience: 0.2
      voice: 0.3
      digital: 0.9
      memory: 0.8
      expectation: 0.7
      defection: 0.02
      source: our assumption
journey:
  campaign:
    name: Campaign
    owner: marketing
    channel: digital
    kind: performance
    trigger: {kind: rate, weekly: 0.2, stages: [prospect, defected]}
    moves: {prospect: customer, defected: customer}
    sells: true
    conversion: 0.1
    source: our assumption
  delivery:
    name: Delivery
    owner: service
    channel: person
    kind: must_be
    trigger: {kind: after, follows: [campaign]}
    failure: 0.1
    capacity: {per_1000: 30}
    source: our assumption
  call:
    name: Call
    owner: service
    channel: person
    kind: performance
    trigger: {kind: open_case}
    closes_case: true
    resolution: 0.5
    source: our assumption
departments:
  marketing:
    name: Marketing
    kpis: {sales: 1.0}
    levers:
      hype:
        name: Hype
        low: modest
        high: loud
        effects:
          campaign:
            promise: {slope: 0.2, by_segment: {loyal: 0.1}, source: our assumption}
        source: our assumption
  service:
    name: Service
    kpis: {call_cost: 1}
    levers:
      speed:
        name: Speed
        low: slow
        high: quick
        effects:
          delivery: {capacity: {slope: 0.5, source: our assumption}}
          own: {quality: {slope: -0.1, source: our assumption}}
        source: our assumption
every_department:
  share_data:
    name: Shares its data
    low: none
    high: all
    source: our assumption
joint_effects:
  together:
    name: Together
    levers: [marketing.hype, service.share_data]
    form: minimum
    effects:
      call: {quality: {slope: 0.1, source: our assumption}}
    source: our assumption
kpis:
  sales:
    name: Sales
    owner: marketing
    numerator: {successes@campaign: 1}
    denominator: {people: 1}
    unit: each
    better: higher
    stretch: 0.1
  call_cost:
    name: Cost of a call
    owner: service
    numerator: {cost@call: 1}
    denominator: {encounters@call: 1}
    unit: EUR
    better: lower
    stretch: 1
  happy:
    name: Satisfaction
    owner: company
    numerator: {satisfaction: 1}
    denominator: {customers: 1}
    unit: 0-1
    better: higher
    stretch: 0.1
incentives:
  shared_metrics: {happy: 1}
levers:
  hold: {"*.share_data": 0.2}
timeline:
  - start: 10
    end: 20
    incentives: {shared_weight: 0.5, shared_metrics: {happy: 1}}
arms:
  own:
    title: Own KPIs
  shared:
    title: Shared
    changes:
      incentives:
        shared_weight: 0.5
"""


def line_of(text: str, piece: str) -> int:
    """Line, counted from 1, of the first line of `text` that holds `piece`."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if piece in line)


def spoiled(old: str, new: str) -> str:
    """The firm with the first occurrence of `old` replaced; fails if there is none."""
    assert old in FIRM, old
    return FIRM.replace(old, new, 1)
