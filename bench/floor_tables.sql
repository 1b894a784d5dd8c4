CREATE TABLE IF NOT EXISTS bench_quota (id bigint PRIMARY KEY, size int, held int, sold int, CHECK (held + sold <= size));
CREATE TABLE IF NOT EXISTS bench_order (id bigserial PRIMARY KEY, reference text UNIQUE, buyer bigint, amount int, placed_at timestamptz);
CREATE TABLE IF NOT EXISTS bench_line (id bigserial PRIMARY KEY, order_reference text, product bigint, amount int, vat_amount int);
CREATE TABLE IF NOT EXISTS bench_payment (id bigserial PRIMARY KEY, about text, amount int, state text, created_at timestamptz);
CREATE TABLE IF NOT EXISTS bench_job (id bigserial PRIMARY KEY, task text, args jsonb);
TRUNCATE bench_quota, bench_order, bench_line, bench_payment, bench_job;
INSERT INTO bench_quota VALUES (1, 1000000000, 0, 0);
