using CloudBackup.Cmdlets.Tests.Support;

namespace CloudBackup.Cmdlets.Tests.Commands;

public sealed class AppBackupItemCommandTests
{
    [Theory]
    [InlineData("Tgz")]
    [InlineData("Rsync")]
    public void Items_are_listed_filtered_and_restored_in_one_pipeline(string format)
    {
        using var session = Session.WithApp();
        session.Run($"Set-BackupSite local -Format {format}; New-AppBackup wiki.example.com | Out-Null");
        var items = session.Run("Get-AppBackup | Get-AppBackupItem -Path data/file-1*");
        Assert.Equal(11, items.Count);
        Assert.Equal(("data/file-1", "File", "1000"), (items[0].Text("Path"), items[0].Text("Type"), items[0].Text("Size")));
        var files = session.Run("Get-AppBackup | Get-AppBackupItem -Path data/* | Where-Object { $_.Size -gt 15000 } | Restore-AppBackupItem -Destination \"$root/out\"");
        Assert.Equal(4, files.Count);
        Assert.Equal(File.ReadAllBytes(Path.Join(session.Data, "file-16")), File.ReadAllBytes(Path.Join(session.Root, "out/data/file-16")));
        Assert.Equal(4, Directory.GetFiles(Path.Join(session.Root, "out/data")).Length);
    }

    [Fact]
    public void An_existing_file_is_replaced_only_by_force()
    {
        using var session = Session.WithApp();
        var id = session.Run("New-AppBackup wiki.example.com").Single().Text("Id");
        session.Run($"Restore-AppBackupItem {id} data/file-3 \"$root/out\" -WhatIf");
        Assert.False(Directory.Exists(Path.Join(session.Root, "out")));
        session.Run($"Restore-AppBackupItem {id} data/file-3 \"$root/out\"");
        var error = session.Fail($"Restore-AppBackupItem {id} data/file-3 \"$root/out\"");
        Assert.Equal("FileExists,CloudBackup.Commands.RestoreAppBackupItemCommand", error.FullyQualifiedErrorId);
        Assert.Single(session.Run($"Restore-AppBackupItem {id} data/file-3 \"$root/out\" -Force"));
    }

    [Theory]
    [InlineData("Get-AppBackupItem nothing", "BackupNotFound,CloudBackup.Commands.GetAppBackupItemCommand")]
    [InlineData("New-AppBackup wiki.example.com | Get-AppBackupItem -Path data/none", "ItemNotFound,CloudBackup.Commands.GetAppBackupItemCommand")]
    [InlineData("Restore-AppBackupItem nothing * \"$root/out\"", "BackupNotFound,CloudBackup.Commands.RestoreAppBackupItemCommand")]
    public void Failures_are_one_error_record_with_a_stable_id(string script, string errorId)
    {
        using var session = Session.WithApp();
        Assert.Equal(errorId, session.Fail(script).FullyQualifiedErrorId);
    }
}
