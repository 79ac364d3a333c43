Describe 'Test-PlatformBackup' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach {
        $root = New-TestApp
        $backup = New-PlatformBackup
    }

    It 'finds a good backup good' {
        $result = Test-PlatformBackup $backup.Id
        $result | Should -BeOfType CloudBackup.BackupTestResult
        $result.IsValid | Should -BeTrue
        $result.FilesChecked | Should -Be 2
    }

    It 'takes ids and backups from the pipeline, and reads the apps back too' {
        $backup.Id | Test-PlatformBackup -Quiet | Should -BeTrue
        $results = Get-PlatformBackup | Test-PlatformBackup -IncludeApp
        $results.Id | Should -Be $backup.Id, $backup.DependsOn[0]
        $results.IsValid | Should -Be $true, $true
    }

    It 'finds a damaged one damaged' {
        Edit-Archive "$root/site/$($backup.RemotePath).tar.gz"
        Test-PlatformBackup $backup.Id -Quiet | Should -BeFalse
    }

    It 'reads folders of the format Rsync with -Deep, those of the apps too' {
        Set-BackupSite local -Format Rsync
        $folder = New-PlatformBackup
        (Test-PlatformBackup $folder.Id -IncludeApp).IsDeep | Should -Be $false, $false
        (Test-PlatformBackup $folder.Id -IncludeApp -Deep).IsDeep | Should -Be $true, $true
    }

    It 'tells that an app backup is gone' {
        Remove-AppBackup $backup.DependsOn[0] -IncludeRequired -Force
        (Test-PlatformBackup $backup.Id -ErrorAction SilentlyContinue).Problems.Reason | Should -BeLike "*$($backup.DependsOn[0])*"
    }

    It 'names a backup that does not exist' {
        { Test-PlatformBackup nothing -ErrorAction Stop } |
            Should -Throw -ErrorId 'PlatformBackupNotFound,CloudBackup.Commands.TestPlatformBackupCommand'
    }
}
