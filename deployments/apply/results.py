"""The files that `apply` leaves: one Parquet file a table, written shard by shard.

They appear in the output folder all at once, when the last one is written.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from deployments.apply.columns import plain_ids
from deployments.apply.tables import common_schema, with_schema
from models.artifact import Artifact
from tasks.runtime import manifest as manifests
from tasks.runtime.shards import ZSTD_LEVEL, iter_tables, read_table, table_refs
from tasks.runtime.store import Store

ID_COLUMNS = ("input_id", "survivor_input_id")


class Results:
    """Writes into one folder; `n_rows` tells what each file holds."""

    def __init__(self, store: Store, documents: Artifact, folder: Path) -> None:
        """`documents` is the artifact of the user's input."""
        self.documents = documents
        self.n_rows: dict[str, int] = {}
        self._store = store
        self._folder = folder
        self._is_numbered = bool(manifests.load(store, documents).summary["is_numbered"])

    def tables(self, artifact: Artifact, name: str, columns: Sequence[str]) -> Iterator[pa.Table]:
        """The tables of an artifact, one a shard."""
        return iter_tables(self._store, artifact, name, columns)

    def write_table(self, file: str, schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
        """A file of the tables end to end; their columns are those of the schema, in its order."""
        with self._writer(file, schema) as writer:
            for table in tables:
                self._write(writer, file, pa.table(table.columns, schema=schema))

    def write_rows(self, selections: Mapping[str, tuple[Artifact, str]], key: str = "repo") -> None:
        """For each file the user's rows, as given, whose ids a table of an artifact holds in the column `key`.

        The input is read once, one shard at a time; its types are those that fit all shards.
        """
        inputs = table_refs(self._store, self.documents, "input")
        paths = (self._store.full_path(ref.path) for ref in inputs)
        schema = common_schema(pq.read_schema(path) for path in paths)
        chosen = {file: self.tables(artifact, name, [key]) for file, (artifact, name) in selections.items()}
        with ExitStack() as stack:
            writers = {file: stack.enter_context(self._writer(file, schema)) for file in selections}
            for ref in inputs:
                rows = with_schema(read_table(self._store, ref), schema)
                for file, tables in chosen.items():
                    ids = next(tables)[key].combine_chunks()
                    self._write(writers[file], file, rows.filter(pc.is_in(rows["input_id"], value_set=ids)))

    def _writer(self, file: str, schema: pa.Schema) -> pq.ParquetWriter:
        self.n_rows[file] = 0
        return pq.ParquetWriter(
            self._folder / file,
            schema,
            compression="zstd",
            compression_level=ZSTD_LEVEL,
            use_dictionary=[name for name in schema.names if name not in ("content", *ID_COLUMNS)],
        )

    def _write(self, writer: pq.ParquetWriter, file: str, table: pa.Table) -> None:
        for name in set(ID_COLUMNS) & set(table.column_names):
            ids = plain_ids(table[name], is_numbered=self._is_numbered)
            table = table.set_column(table.schema.get_field_index(name), table.schema.field(name), ids)
        writer.write_table(table)
        self.n_rows[file] += table.num_rows
