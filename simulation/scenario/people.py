"""How people perceive, remember and act: one set of parameters for every world.

Each default carries its source; sizes on the 0-1 experience scale translate stars by
(stars - 1) / 4. C01 to C36 are figures from public data: Olist orders and reviews (C01-C15, C33-C36), SFO airport
passengers 2013-17 (C16-C24), CDNOW purchases (C25-C28), UCI bank contacts (C29, C30), the Hillstrom e-mail
experiment (C31, C32).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from simulation.scenario.base import Part, Share

__all__ = ["People"]

Rate = Annotated[float, Field(ge=0.0, le=20.0)]


class People(Part):
    """The parameters of perception, memory, loyalty and behaviour."""

    anchor: Share = 0.785
    """Experience when an encounter is exactly as it should be [0-1]. Source: C02, 4.14 stars."""
    assimilation: Share = 0.2
    """Weight of what she believes *will* happen in what she perceives [0-1]. Source: Boulding et al. 1993 (sign); size our assumption."""
    promise_to_will: Share = 0.25
    """Share of the gap to a promise that the *will* expectation closes per promising encounter. Source: Boulding et al. 1993 (sign); size our assumption."""
    promise_to_should: Share = 0.2
    """Share of the gap to a promise that the *should* expectation closes per promising encounter. Source: Boulding et al. 1993 (sign); size our assumption."""
    promise_forgetting: Share = 0.03
    """Share of a promise forgotten per week. Source: our assumption."""
    will_learning: Share = 0.15
    """Share of the gap to what happened that *will* closes per encounter. Source: Boulding et al. 1993 (sign); size our assumption."""
    should_learning: Share = 0.05
    """Share of a positive surprise by which *should* rises per encounter; it never falls by service. Source: Boulding et al. 1993 (sign); size our assumption."""
    should_forgetting: Share = 0.01
    """Share by which *should* returns to the segment's norm per week. Source: our assumption."""
    performance_gain: Rate = 0.5
    """Experience per unit of quality above expectation, performance attribute. Source: our assumption (size)."""
    performance_loss: Rate = 0.453
    """Experience per unit of quality below expectation, performance attribute. Source: C18, loss/gain .91 of the gain."""
    must_be_gain: Rate = 0.0122
    """Experience per unit above expectation, must-be attribute. Source: fitted to C07, C20 (experiments/people); Kano et al. 1984 (sign)."""
    must_be_loss: Rate = 0.7265
    """Experience per unit below expectation, must-be attribute. Source: fitted to C04, C06, C20 (experiments/people); Kano et al. 1984 (sign)."""
    must_be_notice: Share = 0.8968
    """How far an encounter with a must-be touchpoint that falls short of nothing counts in satisfaction. Source: fitted to C17, C20 (experiments/people); Kano et al. 1984 (taken for granted)."""
    attractive_gain: Rate = 0.6
    """Experience per unit above expectation, attractive attribute. Source: Kano et al. 1984 (shape); size our assumption."""
    attractive_loss: Rate = 0.1
    """Experience per unit below expectation, attractive attribute. Source: Kano et al. 1984 (shape); size our assumption."""
    unresolved_pain: Share = 0.4927
    """Experience lost in each week that a promise stays unresolved. Source: fitted to C11 (experiments/people); C10 against C02 (sign)."""
    norm_spread: Share = 0.2483
    """Standard deviation between people of what should happen, in units of quality: some are strict. Source: fitted to C24 (experiments/people)."""
    power_mean_exponent: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.25
    """Exponent of the power mean over encounters; below 1 the worst weighs more. Source: fitted to C17, to a quarter (experiments/people)."""
    worst_moment_fading: Share = 0.04
    """Share of the worst moment forgotten per week. Source: our assumption (peak-end: Fredrickson & Kahneman 1993)."""
    trust_learning: Share = 0.1
    """Trust gained or lost per unit of promise over- or under-kept, per encounter. Source: our assumption."""
    mixed_message: Share = 0.015
    """Trust lost per week per unit of spread between departments' promises. Source: MODEL section 1 (sign); size our assumption: with trust_recovery, a spread of 0.2 held for ever costs a tenth."""
    trust_neutral: Share = 0.6
    """Trust of somebody who has had no dealings with the company. Source: our assumption."""
    trust_recovery: Share = 0.03
    """Share by which trust returns to neutral per week. Source: our assumption."""
    lateness: Rate = 0.0385
    """Quality lost per day after the promised date, and gained per day before it. Source: fitted to C04, C06, C07 (experiments/people)."""
    lateness_limit: Annotated[float, Field(ge=0.0, le=60.0)] = 10.0
    """Days beyond which being late or early makes no more difference. Source: C06 (saturation); size our assumption."""
    wait_pain: Rate = 0.0894
    """Quality lost per week of waiting in a queue, before patience. Source: fitted to C07 (experiments/people); Maister 1985 (sign)."""
    fit_quality: Rate = 0.3
    """Quality gained per unit of fit above 0.5, where fit matters fully. Source: our assumption."""
    loyalty_speed: Share = 0.04
    """Share of the gap to its target that loyalty closes per week (a slow stock). Source: our assumption."""
    loyalty_satisfaction: Share = 0.6
    """Weight of satisfaction against trust in loyalty's target. Source: Garbarino & Johnson 1999 (both matter); size our assumption."""
    purchase_spread: Annotated[float, Field(ge=0.0, le=2.0)] = 1.6939
    """Standard deviation of the log purchase rate between people of a segment. Source: fitted to C25, C28 (experiments/people)."""
    repurchase_sensitivity: Rate = 1.5
    """Log purchase rate per unit of satisfaction. Source: C15 (about 0) to Szymanski & Henard 2001 (strong); swept and shown."""
    defection_sensitivity: Rate = 4.0
    """Log defection hazard per unit of lost loyalty. Source: Hirschman 1970 (sign); size our assumption."""
    case_defection: Rate = 1.2
    """Log defection hazard added while a problem is open and has not been voiced. Source: Hirschman 1970 (sign); size our assumption."""
    voice_loyalty: Rate = 1.5
    """Log odds of voicing per unit of loyalty. Source: Hirschman 1970; size our assumption."""
    recovery_satisfaction: Share = 0.1
    """Experience regained when an open problem is solved. Source: de Matos et al. 2007 (sign); size our assumption."""
    fatigue_fading: Share = 0.3
    """Share of contact fatigue lost per week. Source: our assumption."""
    fatigue_response: Rate = 0.5361
    """Log response lost per recent contact. Source: fitted to C30 (experiments/people)."""
    fatigue_quality: Share = 0.02
    """Quality lost per recent contact at a contact made by the firm. Source: our assumption."""
    fit_response: Rate = 1.5
    """Log conversion per unit of fit. Source: C33, C34 (lead quality matters); size our assumption."""
    expectation_response: Rate = 2.0
    """Log conversion per unit by which *will* exceeds neutral. Source: our assumption."""
    reputation_response: Rate = 0.5
    """Log conversion per unit of reputation heard. Source: our assumption."""
    talk_good: Share = 0.03
    """Chance per week to tell of a good experience. Source: our assumption (East et al. 2007: good talk outnumbers bad)."""
    talk_bad: Share = 0.08
    """Chance per week to tell of a bad experience. Source: Anderson 1998 (bad ones told more often each); size our assumption."""
    talk_good_above: Share = 0.85
    """Experience above which an encounter counts as good to tell. Source: our assumption."""
    talk_bad_below: Share = 0.55
    """Experience below which an encounter counts as bad to tell. Source: our assumption."""
    reputation_gain: Share = 0.1
    """Reputation heard per good story. Source: our assumption."""
    reputation_loss: Share = 0.15
    """Reputation lost per bad story. Source: our assumption (negativity: East et al. 2008 find about equal)."""
    reputation_fading: Share = 0.05
    """Share of what was heard forgotten per week. Source: our assumption."""
    survey_lag: Annotated[float, Field(ge=0.0, le=20.0)] = 4.5979
    """Median days from being asked to answering. Source: fitted to C04, C11 (experiments/people)."""
    survey_response: Share = 0.15
    """Response rate of an indifferent customer. Source: our assumption."""
    survey_indifferent: Share = 0.6
    """Experience at which a customer is indifferent and least likely to answer. Source: our assumption."""
    survey_extremity: Rate = 0.7647
    """Response rate added per unit of distance from indifference (J-shape). Source: fitted to C13 (experiments/people)."""
    survey_worst_moment: Share = 0.15
    """Weight of the worst moment in the recommendation answer. Source: MODEL section 1 (recommendation remembers incidents); size our assumption."""
    two_stars: Share = 0.3606
    """Answer from which a rating has two stars. Source: fitted to C13 (experiments/people)."""
    three_stars: Share = 0.4959
    """Answer from which a rating has three stars. Source: evenly between two_stars and five_stars."""
    four_stars: Share = 0.6312
    """Answer from which a rating has four stars. Source: evenly between two_stars and five_stars."""
    five_stars: Share = 0.7666
    """Answer from which a rating has five stars. Source: fitted to C13 (experiments/people)."""
    writes: Share = 0.3
    """Chance to write a comment with an answer of the highest satisfaction. Source: C36 (order of size)."""
    writes_of_pain: Rate = 0.653
    """Chance to write added per unit of dissatisfaction. Source: fitted to C35 (experiments/people)."""
    survey_rating_noise: Share = 0.0651
    """Standard deviation of an answer on overall satisfaction. Source: fitted to C13, C24 (experiments/people)."""
    survey_noise: Share = 0.1104
    """Standard deviation of an answer on recommendation. Source: fitted to C22, C23 (experiments/people)."""
    survey_promoter: Share = 0.667
    """Answer from which a customer is a promoter. Source: fitted to C22, C23 (experiments/people)."""
    survey_detractor: Share = 0.45
    """Answer below which a customer is a detractor. Source: our assumption."""
