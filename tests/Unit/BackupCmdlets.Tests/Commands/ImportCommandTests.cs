using CloudBackup.Cmdlets.Tests.Support;

namespace CloudBackup.Cmdlets.Tests.Commands;

public sealed class ImportCommandTests
{
    [Fact]
    public void Import_AppBackup_brings_an_app_back_from_the_pipeline()
    {
        using var session = Session.WithApp();
        var id = session.Run("(New-AppBackup wiki.example.com).AppId").Single().ToString();
        session.Run("Unregister-BackupApp wiki.example.com -Confirm:$false");
        Assert.Empty(session.Run("Get-AppBackup | Import-AppBackup -Register -DataDirectory \"$root/new\" -WhatIf"));
        Assert.Empty(session.Run("Get-BackupApp"));
        var app = session.Run("Get-AppBackup | Import-AppBackup -Register -DataDirectory \"$root/new\"").Single();
        Assert.Equal((id, "Installed", "1.2.0"), (app.Text("Id"), app.Text("State"), app.Text("Version")));
        Assert.Equal(20, Directory.EnumerateFiles(Path.Join(session.Root, "new")).Count());
    }

    [Fact]
    public void Import_AppBackup_brings_an_app_up_from_a_file_or_folder_alone()
    {
        using var session = Session.WithApp();
        var id = session.Run("(New-AppBackup wiki.example.com).AppId").Single().ToString();
        session.Run("Unregister-BackupApp wiki.example.com -Confirm:$false");
        var archive = Directory.EnumerateFiles(session.Root, "*.tar.gz", SearchOption.AllDirectories).Single();
        File.Move(archive, Path.Join(session.Root, "downloaded"));
        Assert.Empty(session.Run("Import-AppBackup -Path \"$root/downloaded\" -Register -DataDirectory \"$root/new\" -WhatIf"));
        var app = session.Run("Import-AppBackup -Path \"$root/downloaded\" -Register -DataDirectory \"$root/new\"").Single();
        Assert.Equal((id, "wiki.example.com", "1.2.0"), (app.Text("Id"), app.Text("Location"), app.Text("Version")));
        Assert.Equal(20, Directory.EnumerateFiles(Path.Join(session.Root, "new")).Count());
        // It says which app it is of, also when that is registered.
        session.Run("Import-AppBackup -Path \"$root/downloaded\" -SkipSafetyBackup -Force");
        Assert.StartsWith("ImportLocationNeeded,", session.Fail("Import-AppBackup -Path \"$root/new\" -Force").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_AppBackup_takes_a_folder_and_asks_before_it_replaces_data()
    {
        using var session = Session.WithApp();
        Directory.CreateDirectory(Path.Join(session.Root, "export", "data"));
        File.WriteAllText(Path.Join(session.Root, "export", "data", "page"), "imported");
        session.Invoke("Import-AppBackup wiki.example.com -Path \"$root/export\"");
        Assert.Single(session.Errors); // there is nobody to ask
        session.Run("Import-AppBackup wiki.example.com -Path \"$root/export\" -Force");
        Assert.Equal(["page"], Directory.EnumerateFileSystemEntries(session.Data).Select(Path.GetFileName));
        Assert.Equal("before import", session.Run("Get-AppBackup").Single().Text("Label"));
        Assert.StartsWith("FileNotRead,", session.Fail("Import-AppBackup wiki.example.com -Path \"$root/nothing\" -Force").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("RemotePathNeeded,", session.Fail("Import-AppBackup wiki.example.com -Force").FullyQualifiedErrorId, StringComparison.Ordinal);
    }
}
