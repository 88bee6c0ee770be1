"""Many crawlers on one PostgreSQL: Procrastinate hands out the sites of a night, and each worker crawls some at once.

check_fleet.py      refuses a fleet where the database or a package is missing
prepare_store.py    what is done to the store before the crawls of a worker
queue_schema.py     makes and keeps the tables of the queue, in a schema of their own
queue_names.py      the names of queues and tasks, and the locks of tasks
patient_queue.py    Procrastinate on DATABASE_URL, waiting while the server is away
queue_worker.py     takes the tasks of one queue until it is asked to stop
site_lists.py       sites.toml as the night has it, the same for all workers
plan.py             when the next night begins (fleet schedule)
jobs.py             the tasks of a night as they stand in the queue
workers.py          the workers: their signs of life, what they crawl, whether they drain
sweep.py            gives back the tasks of workers that are gone
start_night.py      begins a night: its row, its run, a task for each group of sites
group_crawl.py      crawls one group of sites in this process
close_night.py      what is one step a night, when all sites are done
tasks.py            the tasks as Procrastinate runs them, and when one that failed is tried again
held_tasks.py       the tasks that this process has: the fleet is told, and their failures are counted
task_work.py        what a worker does for each task
worker_process.py   the process of a worker: its loop, its signals, its end
status.py           what the fleet does now
show_status.py      prints it
"""
