import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

const oldestTables = `
  CREATE TABLE targets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    base_url TEXT NOT NULL,
    api_key TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1,
    interval_min INTEGER NOT NULL DEFAULT 30,
    timeout_s REAL NOT NULL DEFAULT 30,
    verify_ssl INTEGER NOT NULL DEFAULT 0,
    prompt TEXT NOT NULL,
    anthropic_version TEXT NOT NULL,
    max_models INTEGER NOT NULL DEFAULT 0,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    last_run_at REAL,
    last_status TEXT,
    last_total INTEGER DEFAULT 0,
    last_success INTEGER DEFAULT 0,
    last_fail INTEGER DEFAULT 0,
    last_log_file TEXT,
    last_error TEXT
  );
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    target_id INTEGER NOT NULL,
    started_at REAL NOT NULL,
    finished_at REAL,
    status TEXT NOT NULL,
    total INTEGER DEFAULT 0,
    success INTEGER DEFAULT 0,
    fail INTEGER DEFAULT 0,
    log_file TEXT,
    error TEXT,
    FOREIGN KEY(target_id) REFERENCES targets(id) ON DELETE CASCADE
  );
  CREATE TABLE run_models (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL,
    target_id INTEGER NOT NULL,
    protocol TEXT NOT NULL,
    model TEXT NOT NULL,
    stream INTEGER NOT NULL,
    duration REAL NOT NULL,
    success INTEGER NOT NULL,
    transport_success INTEGER NOT NULL,
    tool_calls_count INTEGER NOT NULL,
    tool_calls TEXT,
    content TEXT,
    timestamp REAL NOT NULL,
    error TEXT,
    status_code INTEGER,
    route TEXT,
    endpoint TEXT
  );
  CREATE INDEX idx_runs_target ON runs(target_id);
  CREATE TABLE app_settings (key TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at REAL NOT NULL);
`;

const newestAdditions = `
  ALTER TABLE targets ADD COLUMN source_url TEXT;
  ALTER TABLE targets ADD COLUMN sort_order INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE targets ADD COLUMN visitor_channel_actions_enabled INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE targets ADD COLUMN selected_models TEXT;
  CREATE TABLE proxy_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    key_hash TEXT NOT NULL UNIQUE,
    key_prefix TEXT NOT NULL,
    allowed_targets TEXT,
    allowed_models TEXT,
    description TEXT,
    enabled INTEGER NOT NULL DEFAULT 1,
    created_at REAL NOT NULL,
    revoked_at REAL,
    last_used_at REAL,
    last_used_target_id INTEGER
  );
  UPDATE targets SET sort_order = 2, selected_models = '["gpt-4o"]', visitor_channel_actions_enabled = 1 WHERE id = 1;
  UPDATE targets SET sort_order = 1, source_url = 'https://two.example/about' WHERE id = 2;
  INSERT INTO proxy_keys (name, key_hash, key_prefix, allowed_targets, allowed_models, description, created_at)
    VALUES ('editor', 'abc123', 'amk-ab', '[1]', '["One/gpt-4o"]', 'my editor', 50), ('script', 'def456', 'amk-de', NULL, NULL, NULL, 51);
  INSERT INTO app_settings VALUES
    ('proxy_master_token', 'master-token-in-the-clear', 60),
    ('runtime_api_monitor_token', 'api-token-in-the-clear', 60),
    ('runtime_api_monitor_visitor_token', 'visitor-token-in-the-clear', 60),
    ('default_interval_min', '45', 60),
    ('visitor_mode_enabled', 'true', 60);
`;

/** Two channels with keys in the clear; channel 1: 40 finished runs and one that was interrupted. */
const rows = `
  INSERT INTO targets (name, base_url, api_key, prompt, anthropic_version, created_at, updated_at, last_run_at, last_status, last_total, last_success, last_fail) VALUES
    ('One', 'https://one.example', 'sk-one-in-the-clear', 'Who?', '2023-06-01', 1, 2, 140, 'degraded', 2, 1, 1),
    ('Two', 'https://two.example', 'sk-two-in-the-clear', 'Who?', '2023-06-01', 3, 4, NULL, '', NULL, NULL, NULL);
`;

/** Writes `registry.db` as the older tool left it: `oldest` lacks four columns and `proxy_keys`. */
export function writeOldDatabase(dataDir: string, shape: 'oldest' | 'newest'): void {
  const sqlite = new Sqlite(join(dataDir, 'registry.db'));
  sqlite.exec(oldestTables);
  sqlite.exec(rows);
  writeRuns(sqlite);
  if (shape === 'newest') sqlite.exec(newestAdditions);
  sqlite.close();
}

function writeRuns(sqlite: Sqlite.Database): void {
  const addRun = sqlite.prepare(
    `INSERT INTO runs (target_id, started_at, finished_at, status, total, success, fail, log_file)
     VALUES (1, ?, ?, 'completed', 2, 1, 1, 'target_1_19700101_000000.jsonl')`,
  );
  const addRow = sqlite.prepare(
    `INSERT INTO run_models (run_id, target_id, protocol, model, stream, duration, success, transport_success, tool_calls_count, tool_calls, content, timestamp, error, status_code, route, endpoint)
     VALUES (?, 1, 'openai', ?, 0, 0.5, ?, 1, 0, ?, NULL, ?, ?, ?, 'chat', '/v1/chat/completions')`,
  );
  for (let index = 1; index <= 40; index += 1) {
    const runId = addRun.run(100 + index, 100 + index + 0.5).lastInsertRowid;
    addRow.run(
      runId,
      'gpt-4o',
      1,
      '[{"function":{"name":"f","arguments":"{}"}}]',
      100 + index,
      null,
      200,
    );
    const isAlive = index <= 10 ? 1 : 0;
    addRow.run(runId, 'o1-mini', isAlive, null, 100 + index, isAlive ? null : 'HTTP 500: no', 500);
  }
  sqlite.exec(
    `INSERT INTO runs (target_id, started_at, status, total, success, fail) VALUES (1, 150, 'running', NULL, NULL, NULL)`,
  );
}
