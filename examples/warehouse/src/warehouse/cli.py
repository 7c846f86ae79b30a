"""The `warehouse` command."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from warehouse.errors import WarehouseError
from warehouse.orders import demand, read_lines, unique_lines
from warehouse.reports import demand_table


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when all went well."""
    parser = argparse.ArgumentParser(prog="warehouse", description="Figures from order files")
    parser.add_argument("report", choices=["demand"])
    parser.add_argument("file", type=Path, help="rows of order,sku,quantity")
    options = parser.parse_args(arguments)
    try:
        with options.file.open(encoding="utf-8") as lines:
            orders = unique_lines(list(read_lines(lines)))
    except (OSError, WarehouseError) as error:
        print(f"warehouse: {error}", file=sys.stderr)
        return 1
    print(demand_table(demand(orders)), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
