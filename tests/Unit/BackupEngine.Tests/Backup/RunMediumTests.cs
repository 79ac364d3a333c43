using CloudBackup.Backup;

namespace CloudBackup.Tests.Backup;

/// <summary>The backups of one run share one look at the disk or bucket.</summary>
public sealed class RunMediumTests
{
    [Fact]
    public async Task It_is_looked_for_once_and_again_after_a_failure()
    {
        var medium = new RunMedium();
        var looks = 0;
        await Assert.ThrowsAsync<IOException>(() => medium.FindAsync(() => Task.FromException<string?>(new IOException($"{looks++}"))));
        var waiting = new TaskCompletionSource<string?>();
        var (first, second) = (medium.FindAsync(Look), medium.FindAsync(Look));
        waiting.SetResult("disk");
        Assert.Equal(("disk", "disk", 2), (await first, await second, looks));
        Assert.Equal("disk", await medium.FindAsync(() => throw new InvalidOperationException()));

        Task<string?> Look()
        {
            looks++;
            return waiting.Task;
        }
    }
}
