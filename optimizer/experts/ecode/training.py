"""Trains `ecode-small`: on a CPU or one GPU, the same curve for the same seed, and on after a kill."""

import contextlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedTokenizerFast, Trainer, TrainerCallback, TrainingArguments
from transformers.trainer_callback import PrinterCallback, ProgressCallback, TrainerControl, TrainerState
from transformers.trainer_utils import get_last_checkpoint, set_seed

from optimizer.domain.errors import ConfigError
from optimizer.experts.ecode.batches import Batches, collated, split
from optimizer.experts.ecode.checkpoint import seal
from optimizer.experts.ecode.configuration import EcodeConfig
from optimizer.experts.ecode.curves import draw
from optimizer.experts.ecode.examples import Example
from optimizer.experts.ecode.inputs import Writer
from optimizer.experts.ecode.modeling import EcodeForConditionalGeneration
from optimizer.experts.ecode.optimizing import optimiser
from optimizer.experts.ecode.plan import Plan

LOG, CURVES, MODEL = "log.jsonl", "curves.png", "model"
_PIECE = "16MB"  # of a checkpoint's files, at most


def train(
    examples: Sequence[Example],
    tokenizer: PreTrainedTokenizerFast,
    plan: Plan,
    folder: Path,
    resume: bool = False,
    quiet: bool = False,
) -> EcodeForConditionalGeneration:
    """Trains and saves into the folder: `model`, `log.jsonl`, `curves.png`, `runs` for TensorBoard.

    With `resume` it goes on behind the last checkpoint there is, if any."""
    torch.set_num_threads(plan.threads)
    set_seed(plan.seed)
    model = made(plan, tokenizer)
    writer = Writer(tokenizer, model.config)
    learnt, watched = split(examples, plan.held_out, plan.seed)
    trainer = Trainer(
        model=model,
        args=_arguments(plan, folder, quiet, watched=bool(watched)),
        train_dataset=Batches(learnt, writer, plan.batch_tokens, plan.seed),
        eval_dataset=Batches(watched, writer, plan.batch_tokens, plan.seed) if watched else None,
        data_collator=collated(writer),
        callbacks=[Log(folder / LOG)],
        optimizers=(optimiser(model, plan), None),
    )
    trainer.remove_callback(PrinterCallback if quiet else ProgressCallback)  # they print to stdout
    if not quiet:
        trainer.add_callback(Bar())
    checkpoint = get_last_checkpoint(str(folder)) if resume and folder.is_dir() else None
    if checkpoint is None:
        (folder / LOG).unlink(missing_ok=True)
    with _tiny_numbers_as_zero():
        trainer.train(resume_from_checkpoint=checkpoint)
    save(model, tokenizer, folder / MODEL)
    draw(folder / LOG, folder / CURVES)
    return model


@contextlib.contextmanager
def _tiny_numbers_as_zero() -> Iterator[None]:
    """The chances of most tokens become so small that their gradients are numbers with few digits left, with
    which a CPU takes many times as long. It holds for this thread and those that it starts alone."""
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


def made(plan: Plan, tokenizer: PreTrainedTokenizerFast) -> EcodeForConditionalGeneration:
    """A new model for the vocabulary, or the one that the plan begins with."""
    if plan.begin_with:
        try:
            return EcodeForConditionalGeneration.from_pretrained(
                plan.begin_with, dtype=torch.float32, local_files_only=True
            )
        except OSError as error:
            raise ConfigError(f"{plan.begin_with}, to begin with, holds no model that can be read") from error
    return EcodeForConditionalGeneration(EcodeConfig(**{"vocab_size": len(tokenizer), **plan.model}))


def save(model: EcodeForConditionalGeneration, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """In 16 bits: as it is shipped."""
    state = {name: tensor.to(torch.bfloat16) for name, tensor in model.state_dict().items()}
    model.save_pretrained(folder, state_dict=state, max_shard_size=_PIECE)
    tokenizer.save_pretrained(folder)
    seal(folder)


def _arguments(plan: Plan, folder: Path, quiet: bool, watched: bool) -> TrainingArguments:
    os.environ["TENSORBOARD_LOGGING_DIR"] = str(folder / "runs")  # an argument is not to be had for it
    return TrainingArguments(
        output_dir=str(folder),
        max_steps=plan.steps,
        per_device_train_batch_size=1,  # a batch is one item
        per_device_eval_batch_size=1,
        learning_rate=plan.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=plan.warmup_steps,
        weight_decay=plan.weight_decay,
        max_grad_norm=plan.clip,
        bf16=plan.half,
        use_cpu=not torch.cuda.is_available(),
        seed=plan.seed,
        data_seed=plan.seed,
        logging_steps=plan.log_steps,
        logging_first_step=True,
        save_steps=plan.save_steps,
        save_total_limit=2,
        eval_strategy="steps" if watched else "no",
        eval_steps=plan.save_steps,
        prediction_loss_only=True,
        remove_unused_columns=False,
        dataloader_pin_memory=False,
        report_to=["tensorboard"],
        disable_tqdm=quiet,
    )


class Bar(ProgressCallback):
    """A progress bar on stderr with the loss beside it."""

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        del args, state, control, kwargs
        bar: Any = self.training_bar
        if bar is not None and logs and "loss" in logs:
            bar.set_postfix(loss=f"{float(logs['loss']):.3f}")


class Log(TrainerCallback):
    """Writes a line of JSON for each thing logged. Lines behind the checkpoint that a run goes on from are of
    steps that are made again: they are taken out."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        del args, control, kwargs
        self._path.parent.mkdir(parents=True, exist_ok=True)
        kept = [line for line in self._lines() if json.loads(line)["step"] <= state.global_step]
        self._path.write_text("".join(f"{line}\n" for line in kept))

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        del args, control
        with self._path.open("a") as file:
            file.write(json.dumps({"step": state.global_step, **kwargs["logs"]}) + "\n")

    def _lines(self) -> list[str]:
        return self._path.read_text().splitlines() if self._path.exists() else []
