/** One run over the sources: what goes to the workers, what a commit yields, and what was found on the way. */
import { rmSync } from "node:fs";
import { SpillwayError } from "../errors.ts";
import type { CommitCounts, Warehouse } from "../store/warehouse.ts";
import { collectEvery, collectGarbage } from "./collect-garbage.ts";
import { extractObjects } from "./extract.ts";
import type { ReadNotice, Staged, WorkerPool } from "./worker-pool.ts";
import type { ObjectSource, SourceMemory, SourceOutcome, SourceState, TrailObject } from "./listing/source.ts";
import type { IngestOptions } from "./options.ts";
import { CommitQueue } from "./commit-queue.ts";
import { ledgerPages } from "./ledger-pages.ts";
import { ledgerRows } from "./ledger-rows.ts";
import { isOutOfReach } from "./out-of-reach.ts";
import { Refusals, allRefused } from "./refusals.ts";
import { RunFindings } from "./run-findings.ts";
import { RunTotals, ledgerName } from "./run-totals.ts";
import { type IngestCounts, type ObjectFinding, type SourceFailure, countObject, emptyCounts } from "./summary.ts";
import { type ReadObject, isQuarantined, unreadObject } from "./worker-protocol.ts";

const examplesKept = 20;
/** The size of a task: large enough to be worth a message, small enough to spread over the workers. */
const taskBytes = 1 << 20;
const taskObjects = 32;

export class IngestRun {
  readonly counts: IngestCounts = emptyCounts();
  readonly quarantined: ObjectFinding[] = [];
  readonly skipped: Map<string, number> = new Map();
  readonly findings: RunFindings = new RunFindings();
  /** Sources that went out of reach. What had been read of them is kept, and the others are read. */
  readonly failures: SourceFailure[] = [];
  readonly tally: RunTotals;
  /** Whether a signal left work undone; false if everything had been handed out. */
  stoppedEarly = false;
  readonly #options: IngestOptions;
  readonly #opening: Promise<Warehouse>;
  readonly #isNew: boolean;
  readonly #onCommit: () => void;
  readonly #seen: Set<string> | undefined;
  readonly #listedWhole = new Set<ObjectSource>();
  #listingDone = false;
  #source: ObjectSource | undefined;
  /** Objects on their way to a commit, and those committed. */
  #accepted = 0;
  #noted = 0;
  #done = 0;
  #rawBytes = 0;
  #bedrock = 0;
  /** The collector of listing garbage: so many listed objects are some fifty megabytes. */
  readonly #collect = collectEvery(1 << 16);
  readonly #refusals = new Refusals();
  readonly #commits: CommitQueue;

  constructor(options: IngestOptions, opening: Promise<Warehouse>, isNew: boolean, onCommit: () => void) {
    this.#options = options;
    this.#opening = opening;
    this.#isNew = isNew;
    this.#onCommit = onCommit;
    this.tally = new RunTotals(options.sources);
    // A source does not list an object twice, but several may overlap.
    this.#commits = new CommitQueue((...commit) => this.#commit(...commit), options.commitSeconds);
    this.#seen = options.sources.length > 1 ? new Set() : undefined;
  }

  /** Allows commits: the run's row is written first. */
  started(): void {
    this.#commits.start();
  }

  async readAll(pool: WorkerPool): Promise<void> {
    const memory: SourceMemory = {
      read: async (scope) => (this.#isNew ? new Map() : await (await this.#opening).sourceState(scope)),
    };
    for (const [number, source] of this.#options.sources.entries()) {
      this.#source = source;
      try {
        await this.#readSource(pool, number, source, memory);
      } catch (thrown) {
        if (!isOutOfReach(thrown)) throw thrown;
        // a signal ends what is on its way: that is not the source's failure
        if (this.#options.signal?.aborted === true) this.stoppedEarly = true;
        else this.failures.push({ source: source.name, error: thrown });
      }
      if (this.stoppedEarly) return;
    }
    this.#listingDone = true;
  }

  async #readSource(pool: WorkerPool, number: number, source: ObjectSource, memory: SourceMemory): Promise<void> {
    const listing = source.list(memory);
    for await (const { objects: listed, states = [] } of this.#isNew ? listing : ledgerPages(listing)) {
      if (this.#options.signal?.aborted === true) this.stoppedEarly = true;
      if (this.stoppedEarly) return;
      const fresh = this.#seen === undefined ? listed : listed.filter((object) => !this.#seen?.has(ledgerName(object)));
      for (const object of fresh) this.#seen?.add(ledgerName(object));
      this.counts.objectsListed += fresh.length;
      const unknown = this.#isNew ? fresh : await this.#unknown(source, fresh);
      this.tally.listed(source, fresh.length, unknown);
      if (source.extract === undefined) await this.#readObjects(pool, number, unknown);
      else await this.#extract(source, unknown, pool);
      if (this.stoppedEarly || this.#failureOf(pool, number) !== undefined) return;
      this.#commits.remember(number, states);
      await this.#commits.commitIfDue(pool);
    }
    this.#listedWhole.add(source);
  }

  /** Ends the sources after the last commit: their reports on the whole run. Their memory is written last. */
  async finishSources(of: Pick<SourceOutcome, "runId" | "now">): Promise<void> {
    const warehouse = await this.#opening;
    const states: SourceState[] = [];
    for (const source of this.#options.sources) {
      const report = await source.finished?.({
        complete: this.#listedWhole.has(source) && !this.failures.some((failed) => failed.source === source.name),
        ...of,
        missing: async (keys) => (this.#isNew ? [] : await warehouse.missingObjects(keys, source.kind)),
        oldestUnread: (prefixes) => warehouse.oldestUnread(prefixes, source.kind),
      });
      if (report === undefined) continue;
      states.push(...(report.states ?? []));
      this.findings.gaps.push(...(report.gaps ?? []));
      this.findings.add(await warehouse.saveFindings(report.findings ?? []));
      if (report.listed !== undefined) await warehouse.saveListed(report.listed, source.kind);
    }
    if (states.length > 0) await warehouse.saveSourceState(states);
  }

  /** Reports sources whose objects were all refused. They are tried again, and their listing counts. */
  noteDenied(): void {
    for (const { name, count, first } of this.tally.whollyDenied()) {
      const error = allRefused(`none of ${count} objects could be read; the first one ${first}`);
      if (!this.failures.some(({ source }) => source === name)) this.failures.push({ source: name, error });
    }
  }

  async #unknown(source: ObjectSource, listed: readonly TrailObject[]): Promise<readonly TrailObject[]> {
    const unknown = await (await this.#opening).unknownObjects(listed, source.finished !== undefined, source.kind);
    this.counts.objectsKnown += listed.length - unknown.length;
    this.#collect(listed.length);
    this.#progress(0);
    return unknown.flatMap(({ index, changed }) => {
      const object = listed[index];
      if (object === undefined) return [];
      // an extracted object is a new one each time it is read
      if (changed && object.locator.kind !== "source") {
        this.counts.objectsChanged++;
        this.findings.replaced(object);
      }
      return [object];
    });
  }

  async #readObjects(pool: WorkerPool, source: number, objects: readonly TrailObject[]): Promise<void> {
    let task: TrailObject[] = [];
    let bytes = 0;
    let handed = 0;
    const skippedNow: ReadObject[] = [];
    for (const object of objects) {
      if (object.skip !== null) {
        skippedNow.push(unreadObject(object, "skipped", object.skip));
        continue;
      }
      task.push(object);
      bytes += object.size;
      if (bytes >= taskBytes || task.length >= taskObjects) {
        if (!(await pool.read(source, task))) break;
        handed += task.length;
        task = [];
        bytes = 0;
        await this.#commits.commitIfDue(pool);
        if (this.#mustStop(pool, source)) break;
      }
    }
    if (task.length > 0 && !this.#mustStop(pool, source) && (await pool.read(source, task))) handed += task.length;
    this.#accepted += handed + skippedNow.length;
    // Removes from the sums what an interrupted run leaves unread: the next run lists it again.
    this.#leave([
      ...objects.filter(({ skip }) => skip === null).slice(handed),
      ...objects.filter(({ skip }) => skip !== null).slice(skippedNow.length),
    ]);
    if (skippedNow.length > 0) {
      this.#commits.add({ type: "staged", file: null, events: 0, objects: skippedNow, flushed: false });
      this.#progress(skippedNow.length);
    }
  }

  /** Removes objects from the sums that this run does not read: the next run lists them again. */
  #leave(objects: readonly TrailObject[]): void {
    if (objects.length === 0) return;
    this.tally.leave(objects);
    this.counts.objectsListed -= objects.length;
    if (this.#options.signal?.aborted === true) this.stoppedEarly = true;
  }

  async #extract(source: ObjectSource, objects: readonly TrailObject[], pool: WorkerPool): Promise<void> {
    const { signal } = this.#options;
    const alone = <T>(commit: () => Promise<T>): Promise<T> => this.#commits.alone(commit);
    let done = 0;
    try {
      // what other sources gave is committed first: an event belongs to the log file that was read, if there is one
      await this.#commits.commitAll(pool);
      const context = { warehouse: await this.#opening, alone, signal };
      for await (const { read, rejected, counts } of extractObjects(source, objects, context)) {
        done++;
        this.#accepted++;
        this.#note(read);
        this.counts.rejected += rejected;
        this.#committed(counts);
        this.#progress(1);
      }
      if (done < objects.length) this.stoppedEarly = true;
    } finally {
      this.#leave(objects.slice(done));
    }
  }

  #mustStop(pool: WorkerPool, source: number): boolean {
    return this.#options.signal?.aborted === true || this.#failureOf(pool, source) !== undefined;
  }

  #failureOf(pool: WorkerPool, source: number): SpillwayError | undefined {
    return pool.outOfReach(source) ?? this.#refusals.of(source);
  }

  /** The last commit. What the workers could not read any more leaves the sums: the next run lists it again. */
  async commitRest(pool: WorkerPool): Promise<void> {
    const flushed = await pool.flush();
    if (pool.hasAbandoned) this.stoppedEarly = true;
    for (const [number, { name: source }] of this.#options.sources.entries()) {
      const error = this.#failureOf(pool, number);
      if (error !== undefined && !this.failures.some((failed) => failed.source === source))
        this.failures.push({ source, error });
    }
    await this.#commits.commitLast(pool, flushed);
    this.counts.objectsListed -= this.#accepted - this.#noted;
    this.tally.leaveRest();
  }

  async #commit(staged: readonly Staged[], states: readonly SourceState[], besideReaders: boolean): Promise<void> {
    const objects = staged.flatMap((part) => part.objects);
    if (objects.length === 0 && states.length === 0) return;
    for (const read of objects) this.#note(read);
    const files = staged.flatMap((part) => (part.file === null ? [] : [part.file]));
    const logFiles = staged.flatMap((part) => (typeof part.logFile === "string" ? [part.logFile] : []));
    const counts = await (
      await this.#opening
    ).commit({
      files,
      logFiles,
      ...ledgerRows(objects),
      findings: objects.flatMap(({ object }) => this.findings.ofObject(object)),
      states,
      besideReaders,
    });
    for (const file of [...files, ...logFiles]) rmSync(file, { force: true });
    this.#committed(counts);
    if (besideReaders) collectGarbage();
  }

  #committed(counts: CommitCounts): void {
    this.#onCommit();
    this.counts.newEvents += counts.newEvents;
    this.counts.duplicates += counts.duplicates;
    this.counts.contentConflicts += counts.contentConflicts;
    this.counts.newLogs += counts.newLogs ?? 0;
    this.counts.duplicateLogs += counts.duplicateLogs ?? 0;
  }

  noticed(notice: ReadNotice): void {
    this.#rawBytes += notice.rawBytes;
    this.#bedrock += notice.bedrock;
    this.#refusals.note(notice);
    this.#progress(notice.objects);
  }

  #note(read: ReadObject): void {
    this.#noted++;
    countObject(this.counts, read);
    this.tally.read(read);
    if (read.status === "skipped") {
      const reason = read.reason ?? "unknown";
      this.skipped.set(reason, (this.skipped.get(reason) ?? 0) + 1);
    }
    if (isQuarantined(read) && this.quarantined.length < examplesKept) {
      this.quarantined.push({ uri: read.object.uri, reason: read.reason ?? "unknown" });
    }
  }

  #progress(done: number): void {
    this.#done += done;
    this.#options.onProgress?.({
      listed: this.counts.objectsListed - this.counts.objectsKnown,
      listingDone: this.#listingDone,
      done: this.#done,
      rawBytes: this.#rawBytes,
      bedrock: this.#bedrock,
      sourceProgress: this.#source?.progress?.() ?? "",
    });
  }
}
