Describe 'Test-BackupSite' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach { $root = New-TestApp }

    It 'tries the default site when none is named' {
        $result = Test-BackupSite
        $result | Should -BeOfType CloudBackup.SiteTestResult
        $result.Name | Should -Be local
        $result.IsUsable | Should -BeTrue
        $result.Steps.Name | Should -Be 'Write', 'Find', 'List', 'Read', 'CreateNew', 'Copy', 'HardLink', 'RemoveMany', 'Remove'
        $result.FreeSpace | Should -BeGreaterThan 0
    }

    It 'takes a name as a parameter, and names and sites from the pipeline' {
        (Test-BackupSite local).IsUsable | Should -BeTrue
        ('local' | Test-BackupSite).IsUsable | Should -BeTrue
        (Get-BackupSite | Test-BackupSite).IsUsable | Should -BeTrue
    }

    It 'leaves nothing in the storage' {
        $null = Test-BackupSite
        Get-StoredFile $root | Should -BeNullOrEmpty
    }

    It 'tells why a site cannot be used, which is no error' {
        Remove-Item "$root/site"
        $result = Test-BackupSite local -ErrorAction Stop
        $result.IsUsable | Should -BeFalse
        $result.Error | Should -Not -BeNullOrEmpty
    }

    It 'writes only true or false with -Quiet' {
        Test-BackupSite -Quiet | Should -BeTrue
        Remove-Item "$root/site"
        Test-BackupSite -Quiet | Should -BeFalse
    }

    It 'names a site that does not exist' {
        { Test-BackupSite nothing -ErrorAction Stop } | Should -Throw -ErrorId 'SiteNotFound,CloudBackup.Commands.TestBackupSiteCommand'
    }
}
