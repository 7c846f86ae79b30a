"""Celery app, queues and tasks: the stages of the engine, spread over machines."""
