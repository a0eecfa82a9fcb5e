// How many destructors run within each other on this thread, for which Swift has no quick way: its own task-local values and
// dictionaries of threads cost more than what is freed.
#ifndef NPYIO_DESTRUCTOR_DEPTH_H
#define NPYIO_DESTRUCTOR_DEPTH_H

// As many destructors need less stack than the smallest that a system gives a thread.
#define NPYIO_DESTRUCTOR_LIMIT 50

// Counts one more, unless there are as many as may be: then 0.
int npyio_enter_destructor(void);

// Counts one less.
void npyio_leave_destructor(void);

#endif
