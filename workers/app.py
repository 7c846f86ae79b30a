"""The Celery app: made from the settings by whoever needs one, never on import."""

from celery import Celery
from kombu.entity import Queue as KombuQueue

from optimizer.domain.errors import ConfigError
from optimizer.domain.settings import Settings
from optimizer.domain.work import Queue

# A message is only the number of an item; who holds the item, and whether he is alive, the database knows. So
# a message that comes back late, or twice, does no harm, and this may be longer than any task takes.
VISIBILITY_SECONDS = 24 * 3600
# Seconds after which a worker's process is killed; the referee's and the tests' own limits end far earlier.
TIME_LIMITS = {Queue.SCAN: 4 * 3600, Queue.PROPOSE: 3600, Queue.EVALUATE: 4 * 3600, Queue.PUBLISH: 2 * 3600}


def task_name(queue: Queue) -> str:
    return f"optimizer.{queue.value}"


def make_app(settings: Settings) -> Celery:
    """Without tasks: enough to send messages. Raises ConfigError without a broker's address."""
    if not settings.broker_url:
        raise ConfigError("there is no broker: set OPTIMIZER_BROKER_URL, such as redis://host:6379/0")
    if not settings.broker_url.startswith(("redis://", "rediss://")):
        raise ConfigError("broker_url has to be redis://HOST:PORT/NUMBER, or rediss:// for TLS")
    app = Celery("optimizer", broker=settings.broker_url, set_as_current=False)
    app.conf.update(
        task_queues=[KombuQueue(queue.value) for queue in Queue],
        task_routes={task_name(queue): {"queue": queue.value} for queue in Queue},
        task_default_queue=Queue.SCAN.value,
        task_create_missing_queues=False,
        task_acks_late=True,
        task_reject_on_worker_lost=False,  # the database gives it to another, and counts the death
        task_ignore_result=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,  # they hold their items, broker or not
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": VISIBILITY_SECONDS,
            "socket_timeout": 20,
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
            "health_check_interval": 20,
        },
        beat_max_loop_interval=1,
    )
    return app
