\set buyer random(1, 1000000)
WITH claimed AS (
  UPDATE bench_quota SET held = held + 1 WHERE id = 1 AND held + sold + 1 <= size RETURNING id
), placed AS (
  INSERT INTO bench_order (reference, buyer, amount, placed_at)
  SELECT md5(random()::text), :buyer, 40000, now() FROM claimed RETURNING id, reference
), line AS (
  INSERT INTO bench_line (order_id, product, amount, vat_amount) SELECT id, 7, 40000, 0 FROM placed
), payment AS (
  INSERT INTO bench_payment (about, amount, state, created_at) SELECT reference, 40000, 'expected', now() FROM placed
)
INSERT INTO bench_job (task, args) SELECT 'mail_waiting', jsonb_build_object('order', id) FROM placed;
