"""`optimizer experts prepare` and `optimizer experts train`: the E-code model from files to weights."""

from pathlib import Path

import click

from optimizer.cli.options import example
from optimizer.cli.output import note
from optimizer.domain.errors import ConfigError

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command(epilog=example("optimizer experts prepare ecode.yaml --folder run"))
@click.argument("configuration", metavar="CONFIG", type=_FILE)
@click.option("--folder", type=_FOLDER, required=True, help="Where the examples and the tokenizer go.")
@click.option("--resume", is_flag=True, help="Take the functions and slow versions that are there already.")
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
def prepare(configuration: Path, folder: Path, resume: bool, quiet: bool) -> None:
    """Prepare what the E-code model learns from, as CONFIG says under `data`; see docs/models.md."""
    from optimizer.experts.ecode.data.prepare import prepare as made  # noqa: PLC0415 - start-up time
    from optimizer.experts.ecode.plan import read_preparation  # noqa: PLC0415 - likewise

    wanted = read_preparation(configuration)
    folder.mkdir(parents=True, exist_ok=True)
    found = made(wanted, folder, lambda text: note(text, quiet), resume)
    click.echo(f"{folder}: {sum(found.tasks.values())} examples of {found.problems} problems")


@click.command(epilog=example("optimizer experts train ecode.yaml --folder run --resume"))
@click.argument("configuration", metavar="CONFIG", type=_FILE)
@click.option("--folder", type=_FOLDER, required=True, help="What `prepare` wrote; the model goes there too.")
@click.option("--resume", is_flag=True, help="Go on behind the last checkpoint there.")
@click.option("--quiet", is_flag=True, help="No progress bar on stderr.")
def train(configuration: Path, folder: Path, resume: bool, quiet: bool) -> None:
    """Train the E-code model on what `prepare` wrote, as CONFIG says under `training`."""
    from optimizer.experts.ecode import tokenizer  # noqa: PLC0415 - torch takes a second
    from optimizer.experts.ecode.checkpoint import RANKER, add  # noqa: PLC0415 - likewise
    from optimizer.experts.ecode.data.prepare import EXAMPLES, TOKENIZER  # noqa: PLC0415 - likewise
    from optimizer.experts.ecode.data.storage import read  # noqa: PLC0415 - likewise
    from optimizer.experts.ecode.plan import read_plan  # noqa: PLC0415 - likewise
    from optimizer.experts.ecode.training import MODEL  # noqa: PLC0415 - likewise
    from optimizer.experts.ecode.training import train as trained  # noqa: PLC0415 - likewise

    plan = read_plan(configuration)
    if not (folder / EXAMPLES).is_file():
        raise ConfigError(f"{folder} holds no {EXAMPLES}: run `optimizer experts prepare` first")
    learnt = tokenizer.load(folder / TOKENIZER)
    trained(list(read(folder / EXAMPLES)), learnt, plan, folder, resume, quiet)
    if (folder / RANKER).is_file():
        add(folder / MODEL, folder / RANKER)
    click.echo(f"{folder / MODEL}: ready for the setting ecode-model")
