using System.Management.Automation;
using CloudBackup.Cmdlets.Tests.Support;

namespace CloudBackup.Cmdlets.Tests.Commands;

public sealed class FileProtectionCommandTests
{
    // ConvertTo-SecureString is not in a bare engine.
    private const string Password = "$p = [System.Security.SecureString]::new(); 'hunter2-secret'.ToCharArray() | ForEach-Object { $p.AppendChar($_) };";

    [Fact]
    public void Protect_and_Unprotect_BackupFile_by_wildcard_pipeline_and_literal_path()
    {
        using var session = new Session();
        File.WriteAllText(Path.Join(session.Root, "a.txt"), "one");
        File.WriteAllText(Path.Join(session.Root, "b[1].txt"), "two");
        var made = session.Run($"{Password} Protect-BackupFile \"$root/*.txt\" -Password $p");
        Assert.Equal(["a.txt.enc", "b[1].txt.enc"], made.Select(file => ((FileInfo)file.BaseObject).Name).Order(StringComparer.Ordinal));
        File.Delete(Path.Join(session.Root, "a.txt"));
        File.Delete(Path.Join(session.Root, "b[1].txt"));
        session.Run($"{Password} \"$root/a.txt.enc\" | Unprotect-BackupFile -Password $p");
        session.Run($"{Password} Unprotect-BackupFile -LiteralPath \"$root/b[1].txt.enc\" -Password $p");
        Assert.Equal("one", File.ReadAllText(Path.Join(session.Root, "a.txt")));
        Assert.Equal("two", File.ReadAllText(Path.Join(session.Root, "b[1].txt")));
        session.Run($"{Password} [System.IO.FileInfo]::new(\"$root/a.txt\") | Protect-BackupFile -Password $p -Destination \"$root/other.enc\"");
        Directory.CreateDirectory(Path.Join(session.Root, "into"));
        session.Run($"{Password} Unprotect-BackupFile \"$root/*.enc\" -Password $p -Destination \"$root/into\"");
        Assert.Equal(["a.txt", "b[1].txt", "other"], Names(Path.Join(session.Root, "into")));
    }

    [Fact]
    public void Protect_BackupFile_Recurse_keeps_a_tree_and_writes_files_as_they_are_done()
    {
        using var session = new Session();
        Directory.CreateDirectory(Path.Join(session.Data, "sub/empty"));
        File.WriteAllText(Path.Join(session.Data, "sub/secret-name"), "content");
        Assert.Single(session.Run($"{Password} Protect-BackupFile \"$root/data\" -Destination \"$root/enc\" -Recurse -Password $p"));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(Path.Join(session.Root, "enc"), "*", SearchOption.AllDirectories), path => path.Contains("secret-name", StringComparison.Ordinal));
        session.Run($"{Password} Unprotect-BackupFile \"$root/enc\" -Destination \"$root/back\" -Recurse -Password $p");
        Assert.Equal("content", File.ReadAllText(Path.Join(session.Root, "back/sub/secret-name")));
        Assert.True(Directory.Exists(Path.Join(session.Root, "back/sub/empty")));
        session.Run($"{Password} Protect-BackupFile \"$root/data\" -Recurse -Password $p -EncryptFileName:$false");
        Assert.True(File.Exists(Path.Join(session.Root, "data.enc/sub/secret-name.enc")));
    }

    [Fact]
    public void BackupFileName_cmdlets_convert_names_and_paths()
    {
        using var session = new Session();
        var output = session.Run($"{Password} 'data/a.jpg', 'b' | Protect-BackupFileName -Password $p | Unprotect-BackupFileName -Password $p");
        Assert.Equal(["data/a.jpg", "b"], output.Select(item => item.ToString()));
    }

    [Fact]
    public void WhatIf_writes_nothing()
    {
        using var session = new Session();
        File.WriteAllText(Path.Join(session.Root, "a.txt"), "one");
        session.Run($"{Password} Protect-BackupFile \"$root/a.txt\" -Password $p -WhatIf");
        Assert.Equal(["a.txt"], Names(session.Root).Where(name => name.StartsWith("a.", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("Protect-BackupFile \"$root/none\" -Password $p", "FileNotRead,CloudBackup.Commands.ProtectBackupFileCommand", "ObjectNotFound")]
    [InlineData("Protect-BackupFile \"$root/data\" -Password $p", "FolderNeedsRecurse,CloudBackup.Commands.ProtectBackupFileCommand", "InvalidArgument")]
    [InlineData("Protect-BackupFile \"$root/a\" -Destination \"$root/b\" -Password $p", "FileExists,CloudBackup.Commands.ProtectBackupFileCommand", "ResourceExists")]
    [InlineData("Protect-BackupFile \"$root/a\" -Password ([securestring]::new())", "PasswordEmpty,CloudBackup.Commands.ProtectBackupFileCommand", "InvalidArgument")]
    [InlineData("Unprotect-BackupFile \"$root/a\" -Password $p", "DestinationNeeded,CloudBackup.Commands.UnprotectBackupFileCommand", "InvalidArgument")]
    [InlineData("Unprotect-BackupFile \"$root/a\" -Destination \"$root/c\" -Password $p", "WrongPasswordOrDamaged,CloudBackup.Commands.UnprotectBackupFileCommand", "InvalidData")]
    [InlineData("Protect-BackupFileName a//b -Password $p", "NameInvalid,CloudBackup.Commands.ProtectBackupFileNameCommand", "InvalidArgument")]
    [InlineData("Unprotect-BackupFileName plain -Password $p", "WrongPasswordOrDamaged,CloudBackup.Commands.UnprotectBackupFileNameCommand", "InvalidData")]
    public void Failures_are_one_error_record_with_a_stable_id(string script, string errorId, string category)
    {
        using var session = new Session();
        File.WriteAllText(Path.Join(session.Root, "a"), "one");
        File.WriteAllText(Path.Join(session.Root, "b"), "two");
        var before = Names(session.Root);
        var error = session.Fail(Password + script);
        Assert.Equal((errorId, category), (error.FullyQualifiedErrorId, error.CategoryInfo.Category.ToString()));
        Assert.Equal(before, Names(session.Root));
    }

    [Fact]
    public void One_bad_file_does_not_stop_the_others()
    {
        using var session = new Session();
        File.WriteAllText(Path.Join(session.Root, "a.enc"), "bad");
        File.WriteAllText(Path.Join(session.Root, "b"), "good");
        session.Run($"{Password} Protect-BackupFile \"$root/b\" -Password $p");
        File.Delete(Path.Join(session.Root, "b"));
        Assert.Single(session.Invoke($"{Password} Unprotect-BackupFile \"$root/*.enc\" -Password $p"));
        Assert.Equal("WrongPasswordOrDamaged,CloudBackup.Commands.UnprotectBackupFileCommand", Assert.Single(session.Errors).FullyQualifiedErrorId);
    }

    [Fact]
    public void An_encrypted_site_backs_up_restores_and_changes_its_password_and_no_stream_tells_one()
    {
        using var session = new Session();
        File.WriteAllText(Path.Join(session.Data, "a"), "content");
        var told = new List<string>();
        foreach (var script in new[]
        {
            "New-BackupSite local filesystem -Path \"$root/site\" -ExternalDisk -Password $p -Verbose -Debug",
            "Register-BackupApp wiki.example.com -Version 1.2.0 -DataDirectory \"$root/data\" -Verbose",
            "New-AppBackup wiki.example.com -Verbose -Debug",
            "Set-BackupSite local -Password $q -PassThru -Verbose -Debug",
            "New-AppBackup wiki.example.com -Verbose -Debug",
            "Get-AppBackup | Test-AppBackup -Verbose -Debug",
            "Get-AppBackup -Newest | Restore-AppBackup -Destination \"$root/back\" -Verbose -Debug",
            "Sync-BackupCatalog -Verbose -Debug",
            "Get-BackupSite",
        })
        {
            var output = session.Run($"{Password} $q = [securestring]::new(); 'other-secret'.ToCharArray() | ForEach-Object {{ $q.AppendChar($_) }}; {script}");
            told.AddRange(output.Select(item => string.Join(' ', item.Properties.Where(property => property.MemberType == PSMemberTypes.Property).Select(property => $"{property.Value}"))));
            told.AddRange([.. session.Verbose, .. session.Warnings, .. session.Progress.Select(record => record.ToString())]);
        }
        Assert.Equal("content", File.ReadAllText(Path.Join(session.Root, "back/data/a")));
        var backups = session.Run("Get-AppBackup");
        Assert.Equal([true, true], backups.Select(backup => (bool)backup.Get("Encrypted")!));
        Assert.NotEqual(backups[0].Text("KeyId"), backups[1].Text("KeyId"));
        Assert.NotEmpty(told);
        Assert.All(told, line => Assert.DoesNotContain("secret", line.Replace("secrets", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));
        var error = session.Fail($"{Password} New-BackupSite again filesystem -Path \"$root/site\" -ExternalDisk -PlatformHome \"$root/other\" -Password ($p.AppendChar('x') ?? $p)");
        Assert.Equal("WrongPassword,CloudBackup.Commands.NewBackupSiteCommand", error.FullyQualifiedErrorId);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("PasswordContradiction,CloudBackup.Commands.SetBackupSiteCommand", session.Fail($"{Password} Set-BackupSite local -Password $p -NoPassword").FullyQualifiedErrorId);
        session.Run("Set-BackupSite local -NoPassword");
        Assert.Equal("False", session.Run("New-AppBackup wiki.example.com")[0].Text("Encrypted"));
    }

    private static string[] Names(string folder) => [.. Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];
}
