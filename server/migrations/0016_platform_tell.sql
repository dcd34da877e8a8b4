-- News told from within SQL, where a batch has thousands of them: one topic, a queue and a body each.
create function platform.tell(topic text, queues text[], bodies jsonb[], told_at timestamptz) returns void language sql as $$
  insert into platform.event (topic, queue, body, told_at) select tell.topic, news.queue, news.body, tell.told_at from unnest(queues, bodies) as news (queue, body)
$$;
