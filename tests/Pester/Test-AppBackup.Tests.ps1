Describe 'Test-AppBackup' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
    }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach {
        $root = New-TestApp
        $backup = New-AppBackup wiki.example.com
    }

    It 'reads a backup that is named, and finds it whole' {
        $result = Test-AppBackup $backup.Id
        $result | Should -BeOfType CloudBackup.BackupTestResult
        $result.IsValid | Should -BeTrue
        $result.FilesChecked | Should -Be $backup.FileCount
        $result.BytesChecked | Should -BeGreaterThan 15000
        $result.Problems | Should -BeNullOrEmpty
    }

    It 'takes ids and backups from the pipeline' {
        ($backup.Id | Test-AppBackup).IsValid | Should -BeTrue
        (Get-AppBackup | Test-AppBackup).IsValid | Should -BeTrue
    }

    It 'finds damage and names it, in the result and by an error' {
        Edit-Archive "$root/site/$($backup.RemotePath).tar.gz"
        $result = Test-AppBackup $backup.Id -ErrorVariable failures -ErrorAction SilentlyContinue
        $? | Should -BeFalse
        $result.IsValid | Should -BeFalse
        $result.Problems | Should -Not -BeNullOrEmpty
        $failures.FullyQualifiedErrorId | Should -Be 'BackupNotValid,CloudBackup.Commands.TestAppBackupCommand'
        $failures.Exception.Message | Should -BeLike "*$($backup.Id)*$($result.Problems[0])*"
        { Test-AppBackup $backup.Id -ErrorAction Stop } | Should -Throw -ErrorId 'BackupNotValid,*'
    }

    It 'writes only true or false with -Quiet' {
        Test-AppBackup $backup.Id -Quiet | Should -BeTrue
        Edit-Archive "$root/site/$($backup.RemotePath).tar.gz"
        Get-AppBackup | Test-AppBackup -Quiet -ErrorAction Stop | Should -BeFalse
    }

    It 'compares a folder of the format Rsync with a listing, and reads it with -Deep' {
        Set-BackupSite local -Format Rsync
        $folder = New-AppBackup wiki.example.com
        $result = Test-AppBackup $folder.Id
        $result.IsValid, $result.IsDeep, $result.BytesChecked | Should -Be $true, $false, 0
        $result = Test-AppBackup $folder.Id -Deep
        $result.IsValid, $result.IsDeep | Should -Be $true, $true
        $result.BytesChecked | Should -BeGreaterThan 15000
        Remove-Item "$root/site/$($folder.RemotePath)/data/page.txt"
        (Test-AppBackup $folder.Id -ErrorAction SilentlyContinue).Problems.Path | Should -Be data/page.txt
    }

    It 'names a backup that does not exist' {
        { Test-AppBackup nothing -ErrorAction Stop } | Should -Throw -ErrorId 'BackupNotFound,CloudBackup.Commands.TestAppBackupCommand'
    }
}
