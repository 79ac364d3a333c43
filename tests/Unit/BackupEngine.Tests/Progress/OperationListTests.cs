using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Progress;

/// <summary>The long operations of an engine are seen, followed and stopped from outside.</summary>
public sealed class OperationListTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_operation_is_listed_with_what_it_does_until_it_ends()
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync();
        await File.WriteAllTextAsync(Path.Join(platform.Data, "file"), "content", Token);
        var seen = new List<(OperationKind, string)>();
        faults().Before = (_, _, _) => seen.AddRange(platform.Engine.Operations.Select(operation => (operation.Kind, operation.Subject)));

        var backup = await platform.BackUpAsync();
        Assert.Equal([(OperationKind.Backup, TestPlatform.Location)], Take());
        await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token);
        Assert.Equal([(OperationKind.Test, backup.Id)], Take());
        await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["out"], platform.Observer, Token);
        Assert.Equal([(OperationKind.Restore, backup.Id)], Take());
        await platform.Engine.SyncAsync("local", [], platform.Observer, Token);
        Assert.Equal([(OperationKind.Sync, "local")], Take());
        await platform.Engine.AppBackups.RemoveAsync(backup.Id, platform.Observer, Token);
        Assert.Equal([(OperationKind.Removal, backup.Id)], Take());

        List<(OperationKind, string)> Take()
        {
            Assert.Empty(platform.Engine.Operations);
            var distinct = seen.Distinct().ToList();
            seen.Clear();
            return distinct;
        }
    }

    [Fact]
    public async Task An_operation_that_is_cancelled_from_outside_ends_as_if_its_caller_had()
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync();
        await File.WriteAllTextAsync(Path.Join(platform.Data, "file"), "content", Token);
        IBackupOperation? operation = null;
        faults().Before = (_, _, _) =>
        {
            operation = platform.Engine.Operations.Single();
            operation.Cancel();
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => platform.BackUpAsync());
        Assert.NotNull(operation);
        Assert.Empty(platform.Engine.Operations);
        operation.Cancel(); // it has ended: nothing happens

        faults().Before = null;
        await platform.BackUpAsync();
        Assert.Single(platform.Engine.AppBackups.List(), backup => backup.State == BackupState.Ready);
    }
}
