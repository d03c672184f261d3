"""The national traffic-management platform 综合应用平台: adapter, circuit breaker, stand-in.

`client` speaks to the platform; `verdicts` names what its answers mean; `breaker` says when to rest and how
long to wait. `stand_in` is a platform to practise against. Knows nothing of our database, queue or
settings.
"""
