// Which part of the work is this process's own, as the program that started it says: Slurm, Open MPI, MPICH
// and others that speak PMI, AWS Batch, Kubernetes.
#pragma once

#include <map>
#include <string>

namespace vitruvius {

struct LauncherShard {
  int index = 0, count = 1;  // person i of the input is taken when i % count == index
  std::string source;        // the variables that said so, for people; "": nobody did, all is one shard
  std::string refusal;       // a sentence where the variables name no shard; the rest means nothing then
};

// The environment's variables by name. The innermost launcher gives the rank r of n processes:
//   OMPI_COMM_WORLD_RANK of OMPI_COMM_WORLD_SIZE        mpirun of Open MPI
//   PMI_RANK of PMI_SIZE                                mpiexec of MPICH, srun --mpi=pmi2
//   SLURM_PROCID of SLURM_STEP_NUM_TASKS                srun, only where SLURM_STEP_ID is set
// in this order: mpirun and mpiexec start their helpers by srun, so that Slurm's rank is the helper's then;
// SLURM_NTASKS may be the allocation's and not the step's. A job array gives the part a of m around it:
//   (SLURM_ARRAY_TASK_ID - MIN) / STEP of SLURM_ARRAY_TASK_COUNT
//   AWS_BATCH_JOB_ARRAY_INDEX of AWS_BATCH_JOB_ARRAY_SIZE
// The shard is a * n + r of m * n. Refused: a rank that is not below its count, a rank without a count
// (Kubernetes tells JOB_COMPLETION_INDEX alone), and arrays whose ids are no arithmetic sequence
// (--array=1,3,9), in each of their tasks: no task knows its place then.
// What no variable tells: --array=2,3 as a rerun of two of four tasks looks like an array of two, and a job
// that was submitted from within a task of an array inherits that array's variables. Folders of results
// refuse shards of another count for the first; name --shard for the second.
LauncherShard ShardOfLauncher(const std::map<std::string, std::string>& environment);

}  // namespace vitruvius
