using CloudBackup.Retention;
using CloudBackup.Tests.Cleanup;
using CloudBackup.Tests.Support;
using CsCheck;

namespace CloudBackup.Tests.Trust;

/// <summary>
/// A random history of backups, syncs and cleanups, while an attacker writes to the storage: each good backup that the policy alone keeps stays, is
/// listed unchanged, and the newest one is the newest good one.
/// </summary>
public sealed class ForgedHistoryTests
{
    private enum Step
    {
        BackUp,
        Attack,
        AttackMore,
        Sync,
        CleanUp,
    }

    private static readonly string[] PolicyTexts = ["3 last", "2 daily", "1 last", "1 hourly, 2 daily, 1 weekly", "1 day, 2 last", "1 day"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Gen<(Step Step, int What, int Hours, int Good)[]> Histories { get; } =
        Gen.Select(Gen.Enum<Step>(), Gen.Int[0, 1000], Gen.Int[-60, 30], Gen.Int[0, 100]).Array[4, 16];

    private static Gen<string> Policies { get; } =
        Gen.Int[0, PolicyTexts.Length - 1].Select(number => PolicyTexts[number]);

    [Theory]
    [InlineData(BackupFormat.Tgz, false, 30)]
    [InlineData(BackupFormat.Rsync, false, 12)]
    [InlineData(BackupFormat.Tgz, true, 15)]
    public async Task No_good_backup_gives_way_to_a_forged_one(BackupFormat format, bool isEncrypted, int count)
    {
        await Gen.Select(Policies, Histories).SampleAsync(
            async (policy, history) =>
            {
                using var scene = await Scene.StartAsync(policy, format, isEncrypted);
                foreach (var (step, what, hours, good) in history)
                {
                    await scene.DoAsync(step, what, hours, good);
                }
                await scene.SyncAsync();
                await scene.CleanAsync();
                await scene.SyncAsync();
            },
            iter: count,
            threads: 1,
            print: sample => $"{sample.Item1}: {string.Join(" ", sample.Item2.AsEnumerable())}");
    }

    private sealed class Scene : IDisposable
    {
        private readonly Timeline _timeline;
        private readonly RecordForger _forger;
        private readonly Dictionary<string, AppBackup> _good = new(StringComparer.Ordinal);

        private Scene(Timeline timeline)
        {
            _timeline = timeline;
            _forger = new RecordForger(timeline.Platform);
        }

        private DateTimeOffset Now => _timeline.Time.GetUtcNow();

        public static async Task<Scene> StartAsync(string policy, BackupFormat format, bool isEncrypted)
        {
            var secrets = isEncrypted ? Secret.Password("correct horse") : SiteSecrets.None;
            var timeline = await Timeline.StartAsync(policy, secrets: secrets);
            await timeline.Engine.Sites.UpdateAsync(timeline.Engine.Sites.Get("local") with { Format = format }, SiteSecrets.None, timeline.Observer, Token);
            var scene = new Scene(timeline);
            await scene.DoAsync(Step.BackUp, 0, 1, 0);
            return scene;
        }

        public async Task DoAsync(Step step, int what, int hours, int good)
        {
            switch (step)
            {
                case Step.BackUp:
                    _timeline.Time.Advance(TimeSpan.FromHours(Math.Abs(hours) + 1));
                    var made = await _timeline.Platform.BackUpAsync();
                    _good.Add(made.Id, made);
                    break;
                case Step.Attack or Step.AttackMore:
                    var all = Enum.GetValues<Attack>();
                    var victim = _good.Values.OrderBy(backup => backup.Created).ElementAt(good % _good.Count);
                    for (var i = 0; i <= what % 4; i++)
                    {
                        _forger.Run(all[what % all.Length], Now.AddHours(hours), victim);
                    }
                    break;
                case Step.Sync:
                    await SyncAsync();
                    break;
                default:
                    await CleanAsync();
                    break;
            }
            AssertGood();
        }

        public async Task SyncAsync()
        {
            await _timeline.Engine.SyncAsync(null, [], _timeline.Observer, Token);
            AssertGood();
        }

        public async Task CleanAsync()
        {
            var kept = Weigh();
            await _timeline.CleanAsync(isClockRight: true);
            // An object that the attacker adds beside a backup can keep its removal from ending.
            var ready = _timeline.Engine.AppBackups.List().Where(backup => backup.State == BackupState.Ready).Select(backup => backup.Id).ToList();
            Assert.All(kept, id => Assert.Contains(id, ready));
            foreach (var gone in _good.Keys.Except(ready).ToList())
            {
                _good.Remove(gone);
            }
            AssertGood();
        }

        public void Dispose() => _timeline.Dispose();

        /// <summary>The good backups that the policy keeps where there are no others.</summary>
        private HashSet<string> Weigh()
        {
            var policy = _timeline.Engine.Sites.Get("local").Retention!;
            var owner = BackupOwner.Of(_good.Values.First());
            var rules = new RetentionRules
            {
                Policy = policy,
                Zone = policy.FindZone(_timeline.Time.LocalTimeZone),
                Now = Now,
                RegisteredApps = new HashSet<Guid> { owner.AppId!.Value },
            };
            var items = _good.Values.Select(backup => new RetentionItem { Id = backup.Id, Owner = owner, Created = backup.Created, State = backup.State });
            return [.. RetentionEvaluator.Evaluate(items, rules).Where(verdict => verdict.IsKept).Select(verdict => verdict.Item.Id)];
        }

        private void AssertGood()
        {
            var listed = _timeline.Engine.AppBackups.List();
            var known = listed.ToDictionary(backup => backup.Id, StringComparer.Ordinal);
            foreach (var good in _good.Values)
            {
                Assert.True(known.TryGetValue(good.Id, out var backup), $"{good.Id} is not known.");
                Assert.Equal(good with { Missing = [] }, backup with { Missing = [] });
                Assert.True(backup.Trusted);
            }
            var newest = Assert.Single(_timeline.Engine.AppBackups.SelectNewest(listed.Where(backup => backup.Location == TestPlatform.Location)));
            Assert.Equal(_good.Values.MaxBy(backup => backup.Created)!.Id, newest.Id);
            Assert.Equal(newest.Created, _timeline.Engine.Apps.Get(TestPlatform.Location).LastBackup);
            Assert.All(listed.Where(backup => backup.State != BackupState.Removing && !_good.ContainsKey(backup.Id)), backup => Assert.False(backup.Trusted));
        }
    }
}
