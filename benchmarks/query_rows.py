"""The made-up rows of each table, as SQL with parameters. Ids follow from each other: so do references."""

_REPOSITORIES = """
INSERT INTO repositories (id, url, name, created_at)
SELECT g, 'https://git.example.com/team-' || g % 40 || '/service-' || g || '.git', 'service-' || g,
       now() - interval '400 days'
FROM generate_series(1, :repositories) g
"""

# Each night a job for every repository; the last ones are still running.
_JOBS = """
INSERT INTO jobs (id, repository_id, ref, commit_id, tree, fingerprint, settings, state, created_at,
                  finished_at, error, started_at, submission)
SELECT k, 1 + (k - 1) % :repositories, 'main', repeat(md5('c' || k), 2),
       substr(repeat(md5('t' || k), 2), 1, 40),
       substr(md5('f' || (k - 1) / :repositories / 15), 1, 16), :settings,
       CASE WHEN k > :jobs - :running THEN 'running' WHEN k % 97 = 0 THEN 'failed' ELSE 'done' END,
       at, CASE WHEN k <= :jobs - :running THEN at + interval '2 hours' END, '', at, cast(:submission AS json)
FROM (SELECT k, now() - (:jobs - k) * interval '1 year' / :jobs - interval '1 hour' AS at
      FROM generate_series(1, :jobs) k) made
"""

_EVENTS = """
INSERT INTO job_events (job_id, at, stage, message)
SELECT j.id, j.created_at + n * interval '1 minute', 'note', 'skipped src/generated_' || n || '.py: too large'
FROM generate_series(1, 5) n CROSS JOIN jobs j
"""

# The size of repository r goes with r^-0.7. Fifty jobs at a time go through their functions side by side.
_FUNCTIONS = """
INSERT INTO functions (id, job_id, path, qualname, label_hash, language, kind, is_async, span_start, span_end,
    line, end_line, source, content_hash, workload_hash, self_share, total_share, stage, reason, detail,
    winner, created_at)
WITH sizes AS (
    SELECT r, round(:nightly * sum(weight) OVER (ORDER BY r) / sum(weight) OVER ())
            - round(:nightly * (sum(weight) OVER (ORDER BY r) - weight) / sum(weight) OVER ()) AS size
    FROM (SELECT r, power(r, -0.7) AS weight FROM generate_series(1, :repositories) r) weighted
), numbered AS (
    SELECT j.id AS job_id, j.repository_id AS r, n, j.created_at + n * interval '200 ms' AS at,
           row_number() OVER (ORDER BY (j.id - 1) / 50, n, j.id) AS id
    FROM jobs j JOIN sizes ON sizes.r = j.repository_id CROSS JOIN LATERAL generate_series(1, size::int) n
), named AS (
    SELECT *, 'src/package_' || n / 200 || '/module_' || n / 10 || '.py' AS path,
           'Service' || n / 7 || '.handle_' || n AS qualname,
           CASE WHEN id % :every = 0 THEN id / :every END AS tried
    FROM numbered
)
SELECT id, job_id, path, qualname,
    encode(sha256(convert_to(path, 'UTF8') || '\\x00'::bytea || convert_to(qualname, 'UTF8')), 'hex'),
    'python', 'function', false, n * 200, n * 200 + 190, n, n + 8,
    'def handle_' || n || '(self, items, limit=' || r || '):' || repeat(E'\\n    total += items[index]', 5),
    encode(sha256(convert_to(r || '.' || n || '.' || job_id / 4000, 'UTF8')), 'hex'),
    CASE WHEN tried IS NULL THEN '' ELSE encode(sha256(convert_to('w' || r || '.' || n, 'UTF8')), 'hex') END,
    CASE WHEN n % 3 = 0 THEN 0.001 END, CASE WHEN n % 3 = 0 THEN 0.002 END,
    CASE WHEN tried % :winning = 0 THEN 'publish' WHEN tried IS NOT NULL THEN 'decide'
         WHEN id % 100 < 25 THEN 'extract' WHEN id % 100 < 72 THEN 'propose'
         WHEN id % 100 < 80 THEN 'collect' ELSE 'route' END,
    CASE WHEN tried % :winning = 0 THEN 'accepted' WHEN tried IS NOT NULL THEN 'none-accepted'
         WHEN id % 100 < 15 THEN 'nested' WHEN id % 100 < 25 THEN 'excluded'
         WHEN id % 100 < 72 THEN 'no-candidate' WHEN id % 100 < 77 THEN 'no-workload'
         WHEN id % 100 < 80 THEN 'nondeterministic' WHEN job_id % 30 = 0 AND id % 100 > 97 THEN 'budget'
         ELSE 'unchanged' END,
    '', CASE WHEN tried % :winning = 0 THEN substr(md5('d' || 2 * tried), 1, 16) END, at
FROM named ORDER BY id
"""

_CANDIDATES = """
INSERT INTO candidates (id, function_id, position, digest, source, imports, summary, expert, rule,
    expert_version, seed, parent)
SELECT c, (c + 1) / 2 * :every, (c + 1) % 2, substr(md5('d' || c), 1, 16),
    'def handle_' || c || '(self, items):' || repeat(E'\\n    total += sum(items)', 10), '[]',
    'One pass instead of two', (ARRAY['rules', 'rules', 'rules', 'ecode', 'python', 'served'])[1 + c % 6],
    'rule-' || floor(60 * power(c % 1009 / 1009.0, 2)), '7', NULL, NULL
FROM generate_series(1, :candidates) c
"""

# The second candidate of every so many functions is the one that became the patch.
_EVALUATIONS = """
INSERT INTO evaluations (id, candidate_id, job_id, label_hash, stage, outcome, reason, detail, verdict,
    verdict_reason, counterexample, contract, memory_original, memory_candidate, scaling, instructions,
    seconds, call_seconds, created_at)
SELECT c, c, f.job_id, f.label_hash, ended[1],
    CASE ended[2] WHEN 'accepted' THEN 'accepted' ELSE 'refused' END, ended[2],
    'said of this candidate', CASE WHEN ended[1] IN ('benchmark', 'decide') THEN 'equivalent'
                                   WHEN ended[1] = 'verify' THEN 'different' END,
    CASE WHEN ended[1] = 'verify' THEN ended[2] END,
    CASE WHEN ended[1] = 'verify' THEN cast(:counterexample AS json) END,
    CASE WHEN ended[1] <> 'guard' THEN cast(:contract AS json) END,
    NULL, NULL, NULL, NULL, 0.5 + c % 7, 0.25, f.created_at
FROM (SELECT c, CASE WHEN c % (2 * :winning) = 0 THEN ARRAY['decide', 'accepted']
                     WHEN hashint4(c) & 15 < 3 THEN ARRAY['guard', 'adds-caching']
                     WHEN hashint4(c) & 15 < 8 THEN ARRAY['verify', 'different-result']
                     WHEN hashint4(c) & 15 < 10 THEN ARRAY['verify', 'different-exception']
                     WHEN hashint4(c) & 15 < 15 THEN ARRAY['benchmark', 'not-faster']
                     ELSE ARRAY['decide', 'not-repeated'] END AS ended
      FROM generate_series(1, :candidates) c) made
JOIN functions f ON f.id = (c + 1) / 2 * :every
ORDER BY c
"""

_MEASUREMENTS = """
INSERT INTO measurements (evaluation_id, which, reason, launches, seconds, wall, wall_low, wall_high,
    wall_level, cpu, cpu_low, cpu_high, cpu_level, cold, cold_low, cold_high, cold_level, false_accept, rows,
    samples)
SELECT e.id, which, e.reason, 11, 0.75, 1.5, 1.4, 1.6, 0.99, 1.5, 1.4, 1.6, 0.99, 1.2, 1.1, 1.3, 0.99, 0.001,
    cast(:sizes AS json), :samples
FROM evaluations e JOIN (VALUES ('first'), ('second')) kinds (which)
  ON e.stage = 'decide' OR e.stage = 'benchmark' AND which = 'first'
ORDER BY e.id, which
"""

_INPUTS = """
INSERT INTO inputs (id, payload, text)
SELECT substr(md5('i' || i), 1, 16), :payload, 'items=[' || i || ', 1, 2, 3], limit=10'
FROM generate_series(1, :candidates) i
"""

_WORKLOADS = """
INSERT INTO workloads (id, function_id, skipped)
SELECT w, w * :every, '[]' FROM generate_series(1, :candidates / 2) w
"""

_USES = """
INSERT INTO workload_inputs (workload_id, position, input_id, origin, held_out, size, note)
SELECT w, p, substr(md5('i' || 1 + (w * 7 + p) % :candidates), 1, 16), 'generated', p % 2 = 1, 4,
       'edge: empty'
FROM generate_series(1, :candidates / 2) w CROSS JOIN generate_series(0, 5) p
"""

_PATCHES = """
INSERT INTO patches (id, job_id, function_id, candidate_id, branch, base_commit, commit_id, title, text, diff,
    state, speedup, low, high, impact, surroundings, created_at)
SELECT row_number() OVER (ORDER BY f.id), f.job_id, f.id, e.id,
    'optimizer/service-handle-one-pass-instead-of-two-' || substr(md5(f.id::text), 1, 6), repeat('c', 40),
    repeat('d', 40), 'Make it 1.5 times faster', repeat('What was measured, and how it was. ', 43),
    repeat(E'-    total += items[index]\\n+    total += sum(items)\\n', 11),
    (ARRAY['open', 'open', 'open', 'merged', 'merged', 'merged', 'rejected', 'approved', 'expired', 'expired']
    )[1 + f.id / :every / :winning % 10],
    2 + hashint8(f.id) % 90 / 100.0, 1.05 + abs(hashint8(f.id)) % 20 / 100.0, 2.5, f.total_share,
    cast(:surroundings AS json), f.created_at
FROM evaluations e JOIN functions f ON f.id = (e.candidate_id + 1) / 2 * :every
WHERE e.outcome = 'accepted'
"""

_REVIEWS = """
INSERT INTO reviews (patch_id, from_state, to_state, note, at)
SELECT id, 'open', state, 'reads well', created_at FROM patches WHERE state <> 'open'
"""

_WORK = """
INSERT INTO work (id, job_id, queue, label, label_hash, subject, trial, holder, held_until, deaths, retries,
    queued_at, due_at, sent_at)
SELECT w, :jobs - w % :running,
    CASE WHEN w % 20 < 14 THEN 'propose' WHEN w % 20 < 19 THEN 'evaluate' ELSE 'publish' END,
    'src/module.py::handle_' || w, encode(sha256(convert_to(w::text, 'UTF8')), 'hex'), :subject, '',
    CASE WHEN w % 500 = 0 THEN md5(w::text) END, CASE WHEN w % 500 = 0 THEN now() + interval '1 minute' END,
    0, 0, now() - (:work - w) * interval '30 ms', now() - interval '1 hour',
    now() - w % 600 * interval '1 second'
FROM generate_series(1, :work) w
"""

_TARGETS = """
INSERT INTO targets (job_id, facts) SELECT id, :subject FROM jobs WHERE state = 'running'
"""

_WORKERS = """
INSERT INTO workers (name, queues, host, pid, concurrency, started_at, seen_at)
SELECT 'worker-' || w, '["evaluate"]', 'host-' || w, w, 1, now(), now() FROM generate_series(1, 1000) w
"""

STATEMENTS = (
    ("repositories", _REPOSITORIES),
    ("jobs", _JOBS),
    ("job_events", _EVENTS),
    ("functions", _FUNCTIONS),
    ("candidates", _CANDIDATES),
    ("evaluations", _EVALUATIONS),
    ("measurements", _MEASUREMENTS),
    ("inputs", _INPUTS),
    ("workloads", _WORKLOADS),
    ("workload_inputs", _USES),
    ("patches", _PATCHES),
    ("reviews", _REVIEWS),
    ("work", _WORK),
    ("targets", _TARGETS),
    ("workers", _WORKERS),
)
COUNTED = (
    "repositories", "jobs", "job_events", "functions", "candidates", "evaluations", "measurements",
    "workloads", "patches", "reviews", "work",
)  # fmt: skip
