import MartletCore
import Testing

@testable import MartletService

@Suite struct JobScheduleTests {
    private let start = Timestamp(milliseconds: 1_686_825_000_000)

    private func job(_ number: UInt64, rate: Int) -> Job {
        Job(
            id: JobID(high: 1, low: number), environment: EnvironmentID(high: 1, low: 1), application: nil,
            askedBy: .environment, work: .replay(ReplaySelection()), since: start - .seconds(60), until: start,
            rate: rate, total: nil, createdAt: start)
    }

    private func deliveries(_ count: Int) -> [JobSchedule.Untried] {
        (0..<count).map { JobSchedule.Untried(id: DeliveryID(high: 1, low: UInt64($0)), createdAt: start) }
    }

    /// What a turn gives: how large a step of which job, or until when to rest.
    private func turn(
        _ schedule: inout JobSchedule, at now: Timestamp
    ) -> (job: JobID?, most: Int, until: Timestamp?) {
        switch schedule.turn(now: now) {
        case .step(let job, let most): (job.id, most, nil)
        case .rest(let until): (nil, 0, until)
        }
    }

    @Test(arguments: [(1, 1000, 1), (2, 500, 1), (4, 250, 1), (100, 250, 25), (400, 250, 100), (1000, 100, 100)])
    func aJobBeginsOnceItsBucketHoldsAStep(rate: Int, milliseconds: Int64, step: Int) {
        var schedule = JobSchedule(JobLimits())
        schedule.add(job(1, rate: rate), now: start)
        let ready = start + .milliseconds(milliseconds)

        let early = turn(&schedule, at: start)
        let first = turn(&schedule, at: ready)

        #expect(early.until == ready)
        #expect(first.most == step)
        withExtendedLifetime(schedule) {}
    }

    @Test func anHourOfNothingFillsTheBucketWithOneStep() {
        var schedule = JobSchedule(JobLimits())
        let job = job(1, rate: 100)
        schedule.add(job, now: start)
        let later = start + .seconds(3600)

        let first = turn(&schedule, at: later)
        schedule.took(job, deliveries(25), now: later)
        let next = turn(&schedule, at: later)

        #expect(first.most == 25)
        #expect(next.until == later + .milliseconds(250))
    }

    @Test func whatAStepMadeTooMuchIsPaidForByWaiting() {
        var schedule = JobSchedule(JobLimits())
        let job = job(1, rate: 100)
        schedule.add(job, now: start)
        let now = start + .milliseconds(250)
        _ = turn(&schedule, at: now)

        schedule.took(job, deliveries(1000), now: now)

        #expect(turn(&schedule, at: now).until == now + .seconds(10))
    }

    @Test func aStepThatMadeNothingIsFollowedByTheNextAfterARest() {
        var schedule = JobSchedule(JobLimits())
        let job = job(1, rate: 1)
        schedule.add(job, now: start)
        let now = start + .seconds(1)
        _ = turn(&schedule, at: now)

        schedule.took(job, [], now: now)

        #expect(turn(&schedule, at: now).until == now + .milliseconds(50))
        #expect(turn(&schedule, at: now + .milliseconds(50)).job == job.id)
    }

    @Test func whoeverWaitedLongestIsNext() {
        var schedule = JobSchedule(JobLimits())
        let jobs = (1...3).map { job(UInt64($0), rate: 1000) }
        for job in jobs { schedule.add(job, now: start) }
        var now = start + .seconds(1)
        var order: [JobID?] = []

        for _ in 0..<9 {
            let next = turn(&schedule, at: now)
            order.append(next.job)
            if let job = jobs.first(where: { $0.id == next.job }) { schedule.took(job, deliveries(100), now: now) }
            if order.count.isMultiple(of: 3) { now = now + .seconds(1) }
        }

        #expect(order == jobs.map(\.id) + jobs.map(\.id) + jobs.map(\.id))
    }

    @Test func aStoreThatFailsIsAskedLessAndLessOften() {
        var schedule = JobSchedule(JobLimits())
        let job = job(1, rate: 100)
        schedule.add(job, now: start)
        var pauses: [Duration] = []
        var now = start + .seconds(1)

        for _ in 0..<10 {
            _ = turn(&schedule, at: now)
            schedule.failed(job.id, isRefusal: false, now: now)
            guard let until = turn(&schedule, at: now).until else { break }
            pauses.append(until.since(now))
            now = until
        }

        #expect(pauses == [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60].map { .milliseconds(Int64($0 * 1000)) })
        #expect(schedule.wait(of: job.id) == .storeUnavailable)
        #expect(schedule.refusals(of: job.id) == 0)
    }

    @Test func aClockThatIsSetBackKeepsNoJobFromGoingOn() {
        var schedule = JobSchedule(JobLimits())
        let job = job(1, rate: 100)
        schedule.add(job, now: start)
        _ = turn(&schedule, at: start + .seconds(1))
        schedule.took(job, deliveries(25), now: start + .seconds(1))
        let back = start - .seconds(86_400)

        let next = turn(&schedule, at: back)

        #expect((next.until ?? back).since(back) <= .seconds(60))
        #expect(turn(&schedule, at: back + .seconds(60)).job == job.id)
    }
}
