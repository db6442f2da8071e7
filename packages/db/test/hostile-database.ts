import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

/** No constraints, and columns of numbers may have the type of text. */
const tables = `
  CREATE TABLE targets (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, base_url TEXT, api_key TEXT,
    enabled TEXT, interval_min TEXT, timeout_s TEXT, verify_ssl TEXT, prompt TEXT,
    anthropic_version TEXT, max_models INTEGER, source_url TEXT, sort_order INTEGER,
    visitor_channel_actions_enabled INTEGER, selected_models TEXT, created_at TEXT, updated_at REAL,
    last_run_at TEXT, last_status TEXT, last_total INTEGER, last_success INTEGER, last_fail INTEGER,
    last_log_file TEXT, last_error TEXT
  );
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, target_id INTEGER, started_at TEXT, finished_at REAL,
    status TEXT, total INTEGER, success INTEGER, fail INTEGER, log_file TEXT, error TEXT
  );
  CREATE TABLE run_models (
    id INTEGER PRIMARY KEY AUTOINCREMENT, run_id INTEGER, target_id INTEGER, protocol TEXT,
    model TEXT, stream INTEGER, duration REAL, success TEXT, transport_success INTEGER,
    tool_calls_count INTEGER, tool_calls TEXT, content TEXT, timestamp TEXT, error TEXT,
    status_code INTEGER, route TEXT, endpoint TEXT
  );
  CREATE TABLE app_settings (key TEXT PRIMARY KEY, value TEXT, updated_at TEXT);
  CREATE TABLE proxy_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, key_hash TEXT UNIQUE, key_prefix TEXT,
    allowed_targets TEXT, allowed_models TEXT, description TEXT, enabled TEXT, created_at TEXT,
    revoked_at TEXT, last_used_at TEXT, last_used_target_id INTEGER
  );
`;

const rows = `
  INSERT INTO targets (id, name, base_url, api_key) VALUES
    (1, 'nulls', 'https://one.example/v1/', 'sk-one'),
    (2, NULL, 'https://two.example', 'sk-two'),
    (3, 'no address', NULL, 'sk-three'),
    (4, 'no key', 'https://four.example', NULL),
    (5, 'no web', 'ftp://five.example', 'sk-five'),
    (8, 'Channel 2', 'https://eight.example', 'sk-eight');
  INSERT INTO targets (id, name, base_url, api_key, enabled, interval_min, timeout_s, verify_ssl,
      max_models, sort_order, selected_models, created_at, last_run_at, last_status, last_total) VALUES
    (6, 'texts', 'https://six.example/api/V1//', ' sk-six ', 'True', '30', '45s', 'false',
      'many', 1000000, 'null', '2024-01-02T03:04:05Z', '2024-01-02 03:04:05', 'great', 'x'),
    (7, 'bounds', 'https://seven.example', 'sk-seven', 'False', '99999', '0', 'true',
      -1, 0, '["a"]', '1704164645000', 1704164645, 'down', 2);
  INSERT INTO runs (id, target_id, started_at, status) VALUES
    (1, 6, '2024-01-02T03:04:05Z', 'done'), (2, 6, NULL, NULL), (3, 99, '5', 'completed'),
    (4, NULL, NULL, 'running');
  INSERT INTO run_models (run_id, target_id, protocol, model, success, timestamp, route) VALUES
    (1, 6, NULL, 'nulls', NULL, NULL, NULL),
    (1, 6, 'anthropic', 'dates', 'true', '2024-01-02T03:04:06Z', 'teleport'),
    (1, 6, 'smoke', NULL, '1', '1704164646', 'gemini'),
    (NULL, 6, 'openai', 'lost', 1, 7, 'chat'),
    (3, 99, 'openai', 'orphan', 1, 7, 'chat'),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  INSERT INTO app_settings VALUES
    ('proxy_master_token', NULL, NULL), ('log_max_size_mb', '500MB', '2024-01-02T03:04:05Z');
  INSERT INTO proxy_keys (id, name, key_hash, enabled, revoked_at) VALUES
    (1, NULL, NULL, '1', NULL), (2, 'on', 'ab', 'True', NULL), (3, 'ended', 'cd', '1', 'last week'),
    (4, 'unclear', 'ef', 'perhaps', NULL);
`;

/** Writes a `registry.db` of the older tool in which every column may hold anything. */
export function writeHostileDatabase(dataDir: string): void {
  const sqlite = new Sqlite(join(dataDir, 'registry.db'));
  sqlite.exec(tables);
  sqlite.exec(rows);
  sqlite.close();
}
